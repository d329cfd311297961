#!/usr/bin/env bash
# Gets another OpenSSL beside the system's: libraries and headers, for tests.
#
#   native/openssl/fetch.sh VERSION    1.1.1, or major.minor of a later one: 3.5, 3.6, 4.0
#   native/openssl/fetch.sh fips       the FIPS provider of 3.5, which every OpenSSL 3 can load: fips/lib/fips.so
#   native/openssl/fetch.sh pkcs11     the provider for keys in PKCS#11 modules, for OpenSSL 3: pkcs11/lib/pkcs11.so
#   native/openssl/fetch.sh tests VERSION    the handshake cases of that version's own tests: tests-VERSION/ssl-tests and .../certs
#
# The result is artifacts/openssl/VERSION/lib and .../include; standard output is that lib folder (of tests-VERSION the
# folder itself), messages go to standard error. 1.1.1 is unpacked from Debian's binary packages; later ones need a newer libc than Debian 12 has,
# so they are built from the source that Debian publishes. Whatever apt fetches goes through lists of its own
# under artifacts/openssl/.apt: the system's sources, lists and packages stay as they are, and root is not needed.
# OPENSSLNB_FETCH_JOBS sets how many compilers run at once.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

readonly base=$PWD/artifacts/openssl
readonly apt_base=$base/.apt

say() { printf 'fetch.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# shellcheck source=native/openssl/apt.sh
source native/openssl/apt.sh

require() {
    local name
    for name in "$@"; do
        command -v "$name" >/dev/null || die "'$name' is needed and is not on the PATH"
    done
}

# Two packages, unpacked: the library as it is, the headers from two folders into one.
unpack_1_1_1() {
    local into=$1 work=$2 architecture multiarch
    require dpkg dpkg-deb
    architecture=$(dpkg --print-architecture)
    use_suites deb bullseye
    unpack_packages "$work" "libssl1.1:$architecture" "libssl-dev:$architecture" \
        || die "the archive has no libssl1.1 for $architecture any more, or cannot be reached"
    multiarch=$(basename "$(dirname "$(find "$work/root/usr/lib" -name libssl.so.1.1)")")
    mkdir -p "$into/lib" "$into/include"
    cp "$work/root/usr/lib/$multiarch"/lib{ssl,crypto}.so.1.1 "$into/lib/"
    cp -r "$work/root/usr/include/openssl" "$into/include/"
    cp -r "$work/root/usr/include/$multiarch/openssl/." "$into/include/openssl/"
}

# Debian's own package of a later release: what it needs of libc and libcrypto, Debian 12 has.
unpack_pkcs11() {
    local into=$1 work=$2 architecture
    require dpkg dpkg-deb
    architecture=$(dpkg --print-architecture)
    use_suites deb trixie
    unpack_packages "$work" "pkcs11-provider:$architecture" \
        || die "the archive has no pkcs11-provider for $architecture, or cannot be reached"
    mkdir -p "$into/lib"
    cp "$(find "$work/root/usr/lib" -name pkcs11.so)" "$into/lib/"
}

# The source, newest of VERSION first.
fetch_openssl() {
    local version=$1 work=$2 package
    use_suites deb-src bullseye bookworm trixie forky sid experimental
    while read -r package; do
        if fetch_source "$work" openssl "$package"; then return; fi
    done < <(source_versions openssl | grep "^${version//./[.]}[.a-z]")
    die "the archive has no source of OpenSSL $version, or cannot be reached"
}

# Read by tests/Conformance; not part of the repository.
unpack_tests() {
    local version=$1 into=$2 work=$3 tree=$3/tree
    require tar
    fetch_openssl "$version" "$work"
    mkdir "$tree"
    tar -xf "$(upstream "$work" openssl)" -C "$tree" --strip-components 1 --wildcards '*/test/ssl-tests' '*/test/certs' '*/test/README*' '*/LICENSE*' 2>/dev/null \
        || die "the source archive could not be unpacked"
    mkdir -p "$into"
    cp -r "$tree"/test/ssl-tests "$tree"/test/certs "$tree"/test/README* "$tree"/LICENSE* "$into/"
    upstream "$work" openssl | sed 's/.*openssl_\(.*\)[.]orig.*/\1/' >"$into/version"
}

# make_from VERSION WORK LOG TARGETS...: fetches the source, configures it and makes these, in WORK/tree.
make_from() {
    local version=$1 work=$2 log=$3 target
    shift 3
    require gcc make perl tar
    perl -MIPC::Cmd -MFindBin -e 1 2>/dev/null || die "OpenSSL's Configure needs the whole of perl (Debian package 'perl')"
    fetch_openssl "$version" "$work"
    mkdir "$work/tree"
    tar -xf "$(upstream "$work" openssl)" -C "$work/tree" --strip-components 1 2>/dev/null \
        || die "the source archive could not be unpacked"
    say "building OpenSSL $version; this takes some minutes, and what it says goes to $log"
    # The system's configuration and trusted certificates are at /etc/ssl.
    (
        cd "$work/tree"
        ./config shared enable-fips no-tests no-docs no-apps --openssldir=/etc/ssl
        for target in "$@"; do nice -n 10 make -j"${OPENSSLNB_FETCH_JOBS-$(nproc)}" "$target"; done
    ) >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "the build of OpenSSL $version failed; see $log"; }
}

build_fips() {
    local into=$1 work=$2
    make_from 3.5 "$work" "$base/fips.log" build_generated providers/fips.so
    mkdir -p "$into/lib"
    cp "$work/tree/providers/fips.so" "$into/lib/"
}

build() {
    local version=$1 into=$2 work=$3 tree=$3/tree
    make_from "$version" "$work" "$base/$version.log" build_libs
    mkdir -p "$into/lib" "$into/include"
    cp "$tree"/lib{ssl,crypto}.so.[0-9]* "$into/lib/"
    cp -r "$tree/include/openssl" "$into/include/"
}

case "${1-}" in
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
if [[ ${1-} == tests && $# -eq 2 ]]; then set -- "tests-$2"; fi
[[ $# -eq 1 && $1 =~ ^((tests-)?(1\.1\.1|[3-9]\.[0-9]+)|pkcs11|fips)$ ]] || { say 'usage: native/openssl/fetch.sh VERSION | tests VERSION | pkcs11 | fips (1.1.1, 3.5, 3.6, 4.0 ...)'; exit 2; }
version=$1
target=$base/$version

# The folder appears by one rename at the very end: if it is there, it is whole.
if [[ ! -d $target ]]; then
    require flock apt-get apt-cache find awk sed
    mkdir -p "$base/.apt"
    # Two at once would share apt's lists; a short download need not wait for a build.
    if [[ $version == 1.1.1 || $version == pkcs11 ]]; then type=deb; else type=deb-src; fi
    exec {lock}>"$base/.apt/$type.lock"
    flock "$lock"
fi
if [[ ! -d $target ]]; then
    work=$(mktemp -d "$base/.work.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    mkdir "$work/result"
    case $version in
        1.1.1) unpack_1_1_1 "$work/result" "$work" ;;
        pkcs11) unpack_pkcs11 "$work/result" "$work" ;;
        fips) build_fips "$work/result" "$work" ;;
        tests-*) unpack_tests "${version#tests-}" "$work/result" "$work" ;;
        *) build "$version" "$work/result" "$work" ;;
    esac
    mv -- "$work/result" "$target"
    say "$version is in $target"
fi
if [[ $version == tests-* ]]; then printf '%s\n' "$target"; else printf '%s\n' "$target/lib"; fi
