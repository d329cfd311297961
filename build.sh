#!/usr/bin/env bash
# Boots the build: every step lives in build.cake, this only starts it.
#
#   ./build.sh                    list the targets
#   ./build.sh TARGET [ARGS...]   run one; ARGS go to the command the target runs
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

# One line per target, "name<TAB>description", read from build.cake itself.
targets() {
    sed -nE '
        /^Task\("/ { s/^Task\("([^"]+)"\).*/\1/; s/([a-z0-9])([A-Z])/\1-\2/g; h; }
        /^ +\.Description\("/ { s/^ +\.Description\("(.*)"\).*/\1/; H; x; s/\n/\t/p; }
    ' build.cake | awk -F '\t' '{ print tolower($1) "\t" $2 }'
}

usage() {
    echo "usage: ./build.sh TARGET [ARGS...]"
    echo
    targets | awk -F '\t' '{ printf "  %-14s %s\n", $1, $2 }'
}

case "${1-}" in
    '' | -h | --help | help)
        usage
        exit 0
        ;;
esac

# "format-check", "FormatCheck" and "formatcheck" all mean the same target.
asked=$1
shift
target=$(tr -d '-' <<<"$asked" | tr '[:upper:]' '[:lower:]')
if ! targets | cut -f 1 | tr -d '-' | grep -qxF -e "$target"; then
    echo "build.sh: there is no target '$asked'" >&2
    usage >&2
    exit 2
fi

if ! command -v dotnet >/dev/null; then
    echo "build.sh: 'dotnet' is not on the PATH; install the .NET 10 SDK (https://dot.net/download)" >&2
    exit 127
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if ! output=$(dotnet tool restore 2>&1); then
    printf '%s\n' "$output" >&2
    echo "build.sh: 'dotnet tool restore' failed" >&2
    exit 1
fi

# The colon keeps Cake from reading an argument that is empty, quoted or a switch.
rest=()
for argument in "$@"; do
    rest+=("--rest=:$argument")
done

exec dotnet cake build.cake --target="$target" ${rest[@]+"${rest[@]}"}
