# Fetches from Debian's archive through package lists of its own: the system's sources, lists and packages stay as they are, and root is not needed.
# To be sourced, with say and die defined, and apt_base naming a folder for the lists.
# shellcheck shell=bash

readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The archive that this machine's own apt sources name for its own release, in either of apt's two formats.
archive() {
    local codename
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
    [[ -n $codename ]] || die "/etc/os-release names no release (VERSION_CODENAME)"
    {
        find /etc/apt/sources.list.d -name '*.sources' -exec awk -v codename="$codename" '
            BEGIN { RS = ""; FS = "\n" }
            {
                uri = ""; here = 0
                for (i = 1; i <= NF; i++) {
                    if ($i ~ /^URIs:/) { split($i, part, /[ \t]+/); uri = part[2] }
                    if ($i ~ /^Suites:/ && $i " " ~ "[ \t]" codename "[ \t]") here = 1
                }
                if (here && uri != "") print uri
            }' {} + 2>/dev/null || true
        find /etc/apt -name '*.list' -exec awk -v codename="$codename" '
            $1 == "deb" { gsub(/\[[^]]*\]/, ""); if ($3 == codename) print $2 }' {} + 2>/dev/null || true
    } | head -n 1
}

# use_suites TYPE SUITE...: makes apt's own lists for these, and fetches them.
use_suites() {
    local type=$1 uri
    shift
    uri=$(archive)
    [[ -n $uri ]] || die "this machine's apt sources name no Debian archive"
    apt_folder=$apt_base/$type
    mkdir -p "$apt_folder/state/lists/partial" "$apt_folder/cache/archives/partial"
    {
        printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\n' "$type" "$uri" "$*"
        if [[ -r $keyring ]]; then printf 'Signed-By: %s\n' "$keyring"; fi
    } >"$apt_folder/openssl.sources"
    apt_options=(
        -q -o "Dir::Etc::sourcelist=$apt_folder/openssl.sources" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
        -o "Dir::State=$apt_folder/state" -o Dir::State::status=/dev/null -o "Dir::Cache=$apt_folder/cache"
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
        -o APT::Sandbox::User=root -o Acquire::Retries=1 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15
    )
    say "reading the package lists of $*"
    # A suite that the archive no longer has must not hide the others; what matters is whether the package is found.
    apt-get "${apt_options[@]}" update >&2 || say "apt-get update had trouble; going on with what there is"
}

# unpack_packages WORK PACKAGE...: fetches binary packages of the suites in use, and unpacks them into WORK/root. False where one cannot be had.
unpack_packages() {
    local work=$1 package
    shift
    (cd "$work" && apt-get "${apt_options[@]}" download "$@" >&2) || return 1
    for package in "$work"/*.deb; do dpkg -x "$package" "$work/root" || die "$package cannot be unpacked"; done
}

# source_versions PACKAGE: those of the suites in use, newest first. One that is listed may be gone from the pool.
source_versions() { apt-cache "${apt_options[@]}" showsrc --only-source "$1" 2>/dev/null | sed -n 's/^Version: //p' | sort -Vru; }

# fetch_source WORK PACKAGE VERSION: false where not all of it can be had.
fetch_source() {
    say "fetching the source of $2 $3"
    (cd "$1" && apt-get "${apt_options[@]}" source --download-only "$2=$3" >&2)
}

# upstream WORK PACKAGE: the archive without Debian's patches, of what fetch_source has fetched.
upstream() { find "$1" -maxdepth 1 -name "$2_*.orig.tar.*" ! -name '*.asc'; }
