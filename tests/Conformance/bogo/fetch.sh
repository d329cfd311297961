#!/usr/bin/env bash
# Gets and compiles BoringSSL's protocol test runner (BoGo, ssl/test/runner) from the source package that Debian publishes.
#
#   tests/Conformance/bogo/fetch.sh
#
# Needs Go and golang.org/x/crypto as Debian packages them (golang-go, golang-golang-x-crypto-dev). The result is artifacts/bogo/runner
# and artifacts/bogo/source; standard output is the folder that the runner has to be started in, messages go to standard error.
# Exit code 3: the source or a compiler for it cannot be had here. Anything else but 0 is a fault.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.."

readonly package=android-platform-external-boringssl
readonly base=$PWD/artifacts/bogo
readonly apt_base=$base/.apt
readonly modules=/usr/share/gocode

say() { printf 'fetch.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
not_here() { say "$*"; exit 3; }

# shellcheck source=native/openssl/apt.sh
source native/openssl/apt.sh

case "${1-}" in
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    ?*) say "no argument is taken, and '$1' was given"; exit 2 ;;
esac

if [[ ! -x $base/runner ]]; then
    command -v go >/dev/null || not_here "'go' is needed (Debian package golang-go)"
    [[ -d $modules/src/golang.org/x/crypto ]] || not_here "golang.org/x/crypto is needed (Debian package golang-golang-x-crypto-dev)"
    mkdir -p "$apt_base"
    work=$(mktemp -d "$base/.work.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    [[ -n $(archive) ]] || not_here "this machine's apt sources name no Debian archive"
    use_suites deb-src trixie forky sid

    # The upstream archive is what is wanted; Debian's patches may be gone from the pool.
    (cd "$work" && apt-get "${apt_options[@]}" source --download-only "$package" >&2) || say "not all of $package could be had"
    archive=$(find "$work" -maxdepth 1 -name "${package}_*.orig.tar.*" ! -name '*.asc')
    [[ -n $archive ]] || not_here "the archive has no source of $package, or cannot be reached"
    mkdir -p "$work/source" "$work/go/src/boringssl.googlesource.com"
    tar -xf "$archive" -C "$work/source" --strip-components 1
    tree=$work/source/src
    [[ -d $tree/ssl/test/runner ]] || die "$package has no ssl/test/runner any more"

    # Its modules by the paths that they import each other by, without a network.
    ln -s "$tree" "$work/go/src/boringssl.googlesource.com/boringssl"
    say "compiling the runner"
    (
        cd "$work/go/src/boringssl.googlesource.com/boringssl/ssl/test/runner"
        GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local GOFLAGS='' GOCACHE=$base/.cache GOPATH=$work/go:$modules go test -c -o "$work/runner" .
    ) || die "the runner could not be compiled"

    # The certificates, and what its files say of themselves, stay beside it.
    rm -rf -- "$base/source"
    mv -- "$tree/ssl/test/runner" "$base/source"
    basename "$archive" >"$base/version"
    mv -- "$work/runner" "$base/runner"
    say "the runner of $(cat "$base/version") is in $base"
fi
printf '%s\n' "$base/source"
