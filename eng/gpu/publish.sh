#!/usr/bin/env bash
# Publishes everything that a Linux machine with a GPU but without .NET needs into one folder: the benchmarks' command "gpu", conservative-ad, the device tests, and the scripts in this folder.
#
#   bash eng/gpu/publish.sh [FOLDER]      default artifacts/gpu
#
# All programs share one runtime, trimmed for them together. Fails if the folder is over 60 MB.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/artifacts/gpu}
limit_mb=60
programs="src/Studies:conservative-ad tests/AutoDiff.Tests:ConservativeAD.AutoDiff.Tests tests/Kernels.Tests:ConservativeAD.Kernels.Tests"

mkdir -p "$out"
out=$(cd "$out" && pwd)
if [ -n "$(ls -A "$out")" ]; then
    if [ ! -e "$out/ConservativeAD.Benchmarks.runtimeconfig.json" ]; then
        echo "$out holds other things; name an empty folder." >&2
        exit 1
    fi
    rm -rf "${out:?}"/*
fi

dotnet publish "$root/eng/gpu" -c Release -r linux-x64 --self-contained -p:DebugType=none -p:GenerateDocumentationFile=false -o "$out" --nologo

# The executables of the other programs; their assemblies and dependencies are in the folder, in the common list of dependencies.
for program in $programs; do
    name=${program#*:}
    cp "$root/${program%:*}/bin/Release/net10.0/linux-x64/$name" "$out/$name"
    cp "$out/ConservativeAD.Benchmarks.runtimeconfig.json" "$out/$name.runtimeconfig.json"
    cp "$out/ConservativeAD.Benchmarks.deps.json" "$out/$name.deps.json"
done

find "$out" -name '*.xml' -o -name '*.pdb' | xargs -r rm
cp "$root"/eng/gpu/run.sh "$root"/eng/gpu/peer.py "$root"/eng/gpu/compare.py "$out"

du -sh "$out"
if [ "$(du -sm "$out" | cut -f1)" -gt "$limit_mb" ]; then
    echo "$out is over $limit_mb MB." >&2
    exit 1
fi
