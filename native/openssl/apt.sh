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
