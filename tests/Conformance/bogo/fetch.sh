#!/usr/bin/env bash
# Gets and compiles BoringSSL's protocol test runner (BoGo, ssl/test/runner) from a source package that Debian publishes.
#
#   tests/Conformance/bogo/fetch.sh android     of android-platform-external-boringssl, as Android 14 has it
#   tests/Conformance/bogo/fetch.sh chromium    of chromium, as new as the browser: 1 GB is fetched for it, and let go again
#
# The first needs Go and golang.org/x/crypto as Debian packages them (golang-go, golang-golang-x-crypto-dev). The second needs a newer
# Go than a release may have: it brings that and its modules along from Debian's next release, for itself alone.
# The result is artifacts/bogo/NAME/runner, .../source and .../version; standard output is that folder, messages go to standard error.
# Exit code 3: the source or a compiler for it cannot be had here. Anything else but 0 is a fault.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.."

readonly base=$PWD/artifacts/bogo
readonly apt_base=$base/.apt

say() { printf 'fetch.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
not_here() { say "$*"; exit 3; }

# shellcheck source=native/openssl/apt.sh
source native/openssl/apt.sh

# The folder of the runner's archive, with what it stands on: itself, the helpers that it imports, and its certificates.
readonly parts=(ssl/test/runner util/testresult go.mod)

# fetch_archive PACKAGE SUITE...: the upstream archive, of the newest version first. It is what is wanted: Debian's own part may be gone from the pool.
fetch_archive() {
    local package=$1 version
    shift
    use_suites deb-src "$@"
    while read -r version; do
        fetch_source "$work" "$package" "$version" || say "not all of it could be had"
        archive=$(upstream "$work" "$package")
        if [[ -n $archive ]]; then return; fi
    done < <(source_versions "$package")
    not_here "the archive has no source of $package, or cannot be reached"
}

# Go and its modules as the system has them.
use_installed_go() {
    modules=/usr/share/gocode
    go=go
    command -v go >/dev/null || not_here "'go' is needed (Debian package golang-go)"
    [[ -d $modules/src/golang.org/x/crypto ]] || not_here "golang.org/x/crypto is needed (Debian package golang-golang-x-crypto-dev)"
}

# Go and its modules of Debian's next release, unpacked and not installed: the oldest that the runner's go.mod takes, for newer ones have types of their
# own where its modules brought some.
use_next_go() {
    local root=$work/root compiler='' library candidate least
    least=$(sed -n 's/^go \([0-9]*[.][0-9]*\).*/\1/p' "$tree/go.mod")
    use_suites deb forky sid
    while read -r candidate; do
        if [[ $(printf '%s\n' "golang-$least-go" "$candidate" | sort -V | head -n 1) == "golang-$least-go" ]]; then compiler=$candidate; break; fi
    done < <(apt-cache "${apt_options[@]}" pkgnames golang-1. | grep -E '^golang-[0-9.]+-go$' | sort -V)
    library=${compiler%-go}-src
    [[ -n $compiler ]] || not_here "Debian's next release has no Go $least"
    say "fetching $compiler"
    unpack_packages "$work" "$compiler" "$library" golang-golang-x-crypto-dev golang-golang-x-sys-dev golang-filippo-mldsa-dev golang-filippo-edwards25519-dev \
        || not_here "Go of Debian's next release, or a module of it, cannot be had"
    modules=$root/usr/share/gocode
    go=$(find "$root/usr/lib" -path '*/bin/go')
    GOROOT=$(dirname "$(dirname "$go")")
    export GOROOT
}

case "${1-}" in
    android) package=android-platform-external-boringssl suites=(trixie forky sid) ;;
    chromium) package=chromium suites=(trixie forky sid) ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) say "'${1-}' is no runner: 'android' or 'chromium' is expected"; exit 2 ;;
esac

readonly target=$base/$1
if [[ ! -x $target/runner ]]; then
    mkdir -p "$apt_base" "$target"
    work=$(mktemp -d "$target/.work.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    [[ -n $(archive) ]] || not_here "this machine's apt sources name no Debian archive"
    if [[ $1 == android ]]; then use_installed_go; fi
    fetch_archive "$package" "${suites[@]}"
    mkdir -p "$work/source" "$work/go/src/boringssl.googlesource.com"
    say "unpacking the runner"
    tar -xf "$archive" -C "$work/source" --wildcards "${parts[@]/#/*/src/}"
    tree=$(find "$work/source" -type d -path '*/src/ssl/test/runner' | head -n 1)
    [[ -n $tree ]] || die "$package has no ssl/test/runner any more"
    tree=${tree%/ssl/test/runner}
    if [[ $1 == chromium ]]; then use_next_go; fi

    # Its modules by the paths that they import each other by, which have changed, and without a network.
    ln -s "$tree" "$work/go/src/boringssl.googlesource.com/boringssl"
    ln -s "$tree" "$work/go/src/boringssl.googlesource.com/boringssl.git"
    say "compiling the runner"
    (
        cd "$work/go/src/boringssl.googlesource.com/boringssl.git/ssl/test/runner"
        GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local GOFLAGS='' GOCACHE=$work/cache GOPATH=$work/go:$modules "$go" test -c -o "$work/runner" .
    ) || die "the runner could not be compiled"

    # The certificates, and what its files say of themselves, stay beside it.
    rm -rf -- "$target/source"
    mv -- "$tree/ssl/test/runner" "$target/source"
    basename "$archive" >"$target/version"
    mv -- "$work/runner" "$target/runner"
    say "the runner of $(cat "$target/version") is in $target"
fi
printf '%s\n' "$target"
