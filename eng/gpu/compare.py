#!/usr/bin/env python3
"""Compares the benchmarks of a GPU with PyTorch's on the same GPU, as Markdown.

    python3 eng/gpu/compare.py FOLDER > table.md

FOLDER holds ours-1.json, peer-1.json, ours-2.json, … from rounds measured alternately. A time is the median over rounds; a ratio is PyTorch's seconds over ours in the same round, the median over rounds
with the smallest and the largest. Above 1, this library is faster.
"""

import glob
import json
import os
import re
import statistics
import sys

# The description of the engine, which the peer's name does not have.
OURS_ONLY = (", own kernel", ", cuBLAS", ", recorded", ", replayed")

# Other ways to do the same in PyTorch.
PEERS_OTHER_WAYS = ("PyTorch's defaults", "fused")

# Float32 without tensor cores by the maker's datasheet, TFLOP/s.
PEAKS = {"H200": 67.0, "H100": 67.0}


def read(folder, kind):
    """Rounds by their number: result by name."""
    rounds, reports = {}, []
    for path in sorted(glob.glob(os.path.join(folder, f"{kind}-*.json"))):
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        reports.append(report)
        rounds[int(re.search(r"-(\d+)\.json$", path).group(1))] = {result["name"]: result for result in report["results"]}
    return rounds, reports


def peer_name(name):
    for ending in OURS_ONLY:
        name = name.removesuffix(ending)
    return name


def across(rounds, name, key):
    values = [results[name][key] for results in rounds.values() if name in results and results[name].get(key) is not None]
    return statistics.median(values) if values else None


def ratios(ours, peers, name, other):
    return [peers[number][other]["seconds"] / ours[number][name]["seconds"] for number in ours if number in peers and name in ours[number] and other in peers[number]]


def number(value, digits=3):
    return "–" if value is None else f"{value:.{digits}g}" if abs(value) < 1000 else f"{value:.0f}"


def table(ours, peers, names):
    yield "| workload | ours | PyTorch | | ratio | smallest – largest | share |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name in names:
        unit = next(results[name]["unit"] for results in ours.values() if name in results)
        share = across(ours, name, "share")
        shown = "" if share is None else f"{100 * share:.0f} %"
        same = peer_name(name)
        others = [other for other in [same, *(f"{same}, {way}" for way in PEERS_OTHER_WAYS)] if any(other in results for results in peers.values())]
        if not others:
            yield f"| {name} | {number(across(ours, name, 'value'))} | – | {unit} | – | – | {shown} |"
        for other in others:
            found = ratios(ours, peers, name, other)
            way = "" if other == same else next(f" ({way if way.startswith('PyTorch') else f'PyTorch, {way}'})" for way in PEERS_OTHER_WAYS if other.endswith(way))
            verdict = f"**{statistics.median(found):.2f}** | {min(found):.2f} – {max(found):.2f}" if found else "– | –"
            yield f"| {name}{way} | {number(across(ours, name, 'value'))} | {number(across(peers, other, 'value'))} | {unit} | {verdict} | {shown} |"


def wanted(ours, peers, names, device):
    """The name, the target, and the measured value."""
    for name in names:
        if re.match(r"(copy|relu|add|exp|relu forward and backward), \d", name):
            yield name, "≥ 80 % of the copy by the driver", across(ours, name, "share"), 0.8
        elif re.match(r"matrix product (4096|8192), float32, own kernel", name):
            peak = next((peak for gpu, peak in PEAKS.items() if gpu in device), None)
            rate = across(ours, name, "value")
            yield name, "≥ 50 % of float32 peak", rate / peak if peak and rate else None, 0.5
        elif found := re.match(r"(MLP [-\d]+|LeNet-5|VGG11|ResNet18), batch 128, step, replayed", name):
            bound = 0.8 if found[1] in ("VGG11", "ResNet18") else 1.5
            yield name, f"≥ {bound} × PyTorch", middle(ratios(ours, peers, name, peer_name(name))), bound
            if "MLP" not in name:
                yield f"{name} (PyTorch's defaults)", f"≥ {bound} × PyTorch", middle(ratios(ours, peers, name, f"{peer_name(name)}, PyTorch's defaults")), bound


def middle(values):
    return statistics.median(values) if values else None


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        print(__doc__, file=sys.stderr)
        return 2
    ours, reports = read(sys.argv[1], "ours")
    peers, peer_reports = read(sys.argv[1], "peer")
    if not reports:
        print(f"{sys.argv[1]} holds no ours-*.json; run the part bench first.", file=sys.stderr)
        return 1
    names = list(dict.fromkeys(name for results in ours.values() for name in results))
    print("\n".join(table(ours, peers, names)))
    print()
    found = [] if "simulated" in reports[0]["device"] else list(wanted(ours, peers, names, reports[0]["device"]))
    if found:
        print("| what is wanted | of | measured | met |")
        print("| --- | --- | --- | --- |")
        for name, what, value, bound in found:
            print(f"| {name} | {what} | {'–' if value is None else f'{value:.2f}'} | {'not measured' if value is None else 'yes' if value >= bound else 'no'} |")
        print()
    print(f"{reports[0]['device']}, {reports[0]['driver']}, {reports[0]['runtime']}, cuBLAS {'found' if reports[0]['cublas'] else 'not found'}; {len(ours)} rounds; {reports[0]['date'][:10]}.")
    if peer_reports:
        print(f"Peer: {peer_reports[0]['runtime']}, {peer_reports[0]['driver']}, {peer_reports[0]['device']}; {len(peers)} rounds.")
    else:
        print("No peer was measured.")
    for report in reports + peer_reports:
        for failure in report["failures"]:
            print(f"\nFailed: {failure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
