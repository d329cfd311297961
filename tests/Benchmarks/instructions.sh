#!/usr/bin/env bash
# Instructions of user space that a unit of work takes, by library: callgrind's count of a long run less that of a short
# one, by the units between them. Exact to a few instructions, and the same on a busy machine.
#
#   tests/Benchmarks/instructions.sh                 all scenarios, this engine and C
#   tests/Benchmarks/instructions.sh echo-64         one
#
# Needs valgrind, and what ./build.sh bench-programs makes.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

scenarios() {
    cat <<'END'
handshake echo --scenario handshake --connections 16
resume echo --scenario resume --connections 16
echo-64 echo --scenario echo --connections 64 --size 64
echo-deep echo --scenario echo --connections 16 --size 64 --depth 16
echo-16k echo --scenario echo --connections 64 --size 16384
END
}

command -v valgrind >/dev/null || { echo "instructions.sh: 'valgrind' is not on the PATH" >&2; exit 1; }
for program in artifacts/native-bench/server artifacts/native-bench/load; do
    [[ -x $program ]] || { echo "instructions.sh: '$program' is missing: run ./build.sh bench-programs" >&2; exit 1; }
done
[[ $# -eq 0 ]] || scenarios | grep -q "^$1 " || { echo "instructions.sh: there is no scenario '$1'; there are $(scenarios | cut -d ' ' -f 1 | tr '\n' ' ')" >&2; exit 2; }

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

# With its symbols and without debugging information, which valgrind cannot read.
dotnet publish tests/Benchmarks/OpenSslNb.Benchmarks.EngineServer -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" \
    -p:PublishAot=true -p:StripSymbols=false -o "$work/engine" -v quiet >&2
strip --strip-debug "$work/engine/OpenSslNb.Benchmarks.EngineServer" -o "$work/engine-server"

for kind in ec rsa; do
    [[ $kind == ec ]] && key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256) || key=(-newkey rsa:2048)
    openssl req -x509 "${key[@]}" -nodes -keyout "$work/$kind.key" -out "$work/$kind.pem" -days 1 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
done
identity=(--ecdsa-cert "$work/ec.pem" --ecdsa-key "$work/ec.key" --rsa-cert "$work/rsa.pem" --rsa-key "$work/rsa.key" --tickets 1)

# count SERVER SECONDS PORT LOAD...: prints the units; callgrind's file is $work/SERVER.SECONDS
count() {
    local server=$1 seconds=$2 port=$3 number units
    shift 3
    local -a command=("$work/engine-server" --transport buffered --poller epoll --policy balanced)
    [[ $server == engine ]] || command=(artifacts/native-bench/server --mode gathered)
    coproc SERVER { exec valgrind --quiet --tool=callgrind --callgrind-out-file="$work/$server.$seconds" "${command[@]}" "${identity[@]}"; }
    local pid=$SERVER_PID input=${SERVER[1]} ports
    read -r -u "${SERVER[0]}" ports
    number=$(grep -o " $port=[0-9]*" <<<"$ports" | cut -d = -f 2)
    units=$({ echo go; sleep "$((seconds + 5))"; echo end; } | artifacts/native-bench/load "$@" --server 127.0.0.1 --port "$number" --ca "$work/ec.pem" --seconds "$seconds" | sed -nE 's/.*"units":([0-9]+).*/\1/p')
    eval "exec $input>&-"
    wait "$pid" || true
    echo "$units"
}

# The sum of each object file's instructions.
by_object() {
    callgrind_annotate --threshold=100 "$1" | sed -nE 's/^ *([0-9,]+) \(.*\[(.*)\] *$/\1 \2/p' | awk '
        { gsub(",", "", $1); n = split($2, part, "/"); name = part[n]
          if (name ~ /^libcrypto/) name = "libcrypto"; else if (name ~ /^libssl/) name = "libssl"; else if (name ~ /^(libc|ld-linux)/) name = "libc"; else name = "own"
          sum[name] += $1 }
        END { for (name in sum) print name, sum[name] }'
}

printf '| scenario | server | libcrypto | libssl | libc | own code | all |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n'
scenarios | while read -r name port load; do
    [[ $# -eq 0 || $1 == "$name" ]] || continue
    for server in engine c; do
        # shellcheck disable=SC2086 # the arguments of the load are words
        few=$(count "$server" 1 "$port" $load </dev/null)
        # shellcheck disable=SC2086
        many=$(count "$server" 5 "$port" $load </dev/null)
        { by_object "$work/$server.1" | sed 's/^/-/'; by_object "$work/$server.5"; } | awk -v units="$((many - few))" -v row="| $name | $server" '
            { sign = 1; if (sub("^-", "", $1)) sign = -1; sum[$1] += sign * $2; all += sign * $2 }
            END { printf "%s | %.0f | %.0f | %.0f | %.0f | %.0f |\n", row, sum["libcrypto"] / units, sum["libssl"] / units, sum["libc"] / units, sum["own"] / units, all / units }'
    done
done
