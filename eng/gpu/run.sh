#!/usr/bin/env bash
# Tests and measures a GPU on a machine with its driver, Python and, for the peer, PyTorch; .NET is not needed. This script is in the folder of the published programs (eng/gpu/publish.sh copies it there).
#
#   bash run.sh RESULTS [PART...]         default all; see below for how long each takes
#
#   parity   device tests: every operation on every GPU and on the simulated one, against the CPU       5 minutes
#   bench    this library's benchmarks                                                                  3 minutes per round
#   peer     the same in PyTorch; together with bench, alternately by rounds                            1 minute per round
#   volume   the published table of the volume study at 16 bits, resumed if a run was interrupted       10 minutes at most
#   train    one epoch of LeNet-5                                                                       1 minute
#
# The times are estimates; nothing has been timed on a GPU yet. Where commands are limited to ten minutes, run the parts one by one.
#
# RESULTS gets a log, the benchmarks' JSON and table.md. If a part fails, the others still run; the last line lists the parts that passed, and the exit status is 1 if one failed.
#
# Environment variables:
#   ROUNDS=2                the number of rounds of bench and peer
#   PART_SECONDS=570        the time limit of a part in seconds (for bench and peer: of one round of one of them)
#   TOTAL_SECONDS=          the total time limit in seconds, after which the running part is stopped and no other is started
#   GPU=gpu                 the first GPU; or a part of its name, or its number, or simulated (with SMALL=1)
#   SMALL=1                 tiny sizes
#   VOLUME_BITS=16          precisions of the volume study, such as 16,32
#   CONSERVATIVEAD_DATA     MNIST, for volume and train; without it they use the stand-in images
#   PYTHON=python3
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${BIN:-$here}
rounds=${ROUNDS:-2}
limit=${PART_SECONDS:-570}
gpu=${GPU:-gpu}
small=${SMALL:+--small}
python=${PYTHON:-python3}

if [ $# -lt 1 ]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0" >&2
    exit 2
fi
if [ ! -x "$bin/ConservativeAD.Benchmarks" ]; then
    echo "The published programs are not in $bin; run eng/gpu/publish.sh and start the run.sh in the folder that it makes, or set BIN." >&2
    exit 2
fi
mkdir -p "$1"
results=$(cd "$1" && pwd)
shift
parts=${*:-all}
for part in $parts; do
    case $part in
    all | parity | bench | peer | volume | train) ;;
    *)
        echo "There is no part '$part'; parts are parity, bench, peer, volume, train and all." >&2
        exit 2
        ;;
    esac
done
wants() { [[ " $parts " == *" all "* || " $parts " == *" $1 "* ]]; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_NOBANNER=1
log=$results/log.txt
passed=
failed=
skipped=
skip=77
say() { echo "$*" | tee -a "$log"; }
# attempt NAME COMMAND...: runs it, its output to the log, and keeps how it ended.
attempt() {
    local name=$1 start=$SECONDS seconds=$limit status
    shift
    if [ -n "${TOTAL_SECONDS:-}" ] && [ $((TOTAL_SECONDS - SECONDS)) -lt "$seconds" ]; then
        seconds=$((TOTAL_SECONDS - SECONDS))
    fi
    if [ "$seconds" -le 0 ]; then
        say "== $name: no time left"
        skipped="$skipped, $name"
        return
    fi
    say "== $name: $*"
    timeout -s INT -k 20 "$seconds" "$@" 2>&1 | tee -a "$log"
    status=${PIPESTATUS[0]}
    if [ "$status" -eq 0 ]; then
        passed="$passed, $name"
    elif [ "$status" -eq "$skip" ]; then
        skipped="$skipped, $name"
    else
        failed="$failed, $name (status $status)"
    fi
    say "== $name: status $status after $((SECONDS - start)) s"
}

# cuBLAS as PyTorch brings it, and the driver's library under the name that is looked for.
libraries=$("$python" - <<'PYTHON'
import glob, os, sys
found = [os.path.dirname(path) for folder in sys.path if folder for path in glob.glob(os.path.join(folder, "nvidia", "*", "lib", "libcublas.so*"))]
print(":".join(dict.fromkeys(found)))
PYTHON
)
driver=$(ldconfig -p 2>/dev/null | sed -n 's/.*libcuda\.so\.1 .*x86-64.* => //p' | head -n 1)
if [ -n "$driver" ] && ! ldconfig -p | grep -q 'libcuda\.so '; then
    mkdir -p "$results/lib"
    ln -sf "$driver" "$results/lib/libcuda.so"
    libraries="$results/lib${libraries:+:$libraries}"
fi
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

say "$(date -u +%Y-%m-%dT%H:%M:%SZ), $(uname -srm), LD_LIBRARY_PATH=$LD_LIBRARY_PATH"
if command -v nvidia-smi >/dev/null; then
    nvidia-smi 2>&1 | tee -a "$log"
    nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.limit --format=csv 2>&1 | tee -a "$log"
else
    say "nvidia-smi is not there."
fi

if wants parity; then
    attempt "parity of kernels, simulated" "$bin/ConservativeAD.Kernels.Tests" -class '*.Gpu.*'
    if [ "$gpu" != simulated ]; then
        [ "$gpu" = gpu ] && named=0 || named=$gpu
        attempt "parity of kernels" env CONSERVATIVEAD_GPU="$named" "$bin/ConservativeAD.Kernels.Tests" -class '*.GpuKernelTests' -class '*.SpecialPointTests'
    fi
    attempt "parity of operations" "$bin/ConservativeAD.AutoDiff.Tests" -class '*DeviceParityTests'
fi

device=()
[ "$gpu" = gpu ] || device=(--device "$gpu")
if wants bench || wants peer; then
    for round in $(seq "$rounds"); do
        # shellcheck disable=SC2086
        ! wants bench || attempt "bench, round $round" "$bin/ConservativeAD.Benchmarks" gpu "${device[@]}" $small --json "$results/ours-$round.json"
        # shellcheck disable=SC2086
        ! wants peer || attempt "peer, round $round" "$python" "$here/peer.py" $small --json "$results/peer-$round.json"
    done
    if ! compgen -G "$results/ours-*.json" >/dev/null; then
        say "No table: this library has not been measured."
    elif "$python" "$here/compare.py" "$results" >"$results/table.md" 2>>"$log"; then
        tee -a "$log" <"$results/table.md"
    else
        failed="$failed, the table"
    fi
fi

if wants volume; then
    resume=()
    [ ! -d "$results/volume" ] || resume=(--resume)
    depths=1,2,3,5,6
    networks=1000
    size=()
    if [ -n "$small" ]; then
        depths=1 networks=1 size=(--widths 4 --samples 8 --batch 8)
    fi
    attempt volume "$bin/conservative-ad" volume --device "$gpu" --precisions "${VOLUME_BITS:-16}" --depths "$depths" --networks "$networks" "${size[@]}" --out "$results/volume" "${resume[@]}"
fi

if wants train; then
    size=(--epochs 1)
    if [ -n "$small" ]; then
        size=(--epochs 1 --samples 2 --batch 2)
    fi
    attempt train "$bin/conservative-ad" train lenet5 --device "$gpu" "${size[@]}" --out "$results/train"
fi

none() { [ -n "$1" ] && echo "${1#, }" || echo none; }
say "passed: $(none "$passed"); failed: $(none "$failed"); skipped: $(none "$skipped")"
[ -z "$failed" ]
