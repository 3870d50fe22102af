#!/usr/bin/env python3
"""The workloads of the benchmarks' command "gpu" in PyTorch, eager, on the same GPU: same names, sizes and element types, and the same JSON format.

    python3 eng/gpu/peer.py [--json FILE] [--small] [--filter S] [--repeats N] [--device cuda:0]

Each sample is wall time between two synchronisations, with enough runs to take about 20 ms; the result is the median of the samples.
TF32 is off unless the name says so; ", PyTorch's defaults" keeps PyTorch's default flags (TF32 in convolutions, not in products).
Prints the reason and exits with 77 if there is no PyTorch or no CUDA device; exits with 1 if a workload failed.
"""

import argparse
import datetime
import json
import math
import statistics
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as error:
    torch = None
    MISSING = f"PyTorch is not installed ({error})"

SECONDS_OF_A_SAMPLE = 0.02
SECONDS_OF_WARMING = 0.3
MOST_RUNS = 1000

# The exit code that test harnesses treat as "skipped".
SKIPPED = 77


class Workload:
    def __init__(self, name, unit, make, bytes=None, flops=None, per_run=1, reference=None, tf32=False):
        self.name, self.unit, self.make = name, unit, make
        self.bytes, self.flops, self.per_run, self.reference, self.tf32 = bytes, flops, per_run, reference, tf32


def uniform(*shape, low=-1.0, high=1.0, dtype=None):
    return (torch.rand(*shape, device=DEVICE) * (high - low) + low).to(dtype or torch.float32)


def name_of(dtype):
    return {torch.float32: "float32", torch.float64: "float64", torch.float16: "float16"}[dtype]


def elementwise(count, dtype):
    suffix = f"{count} elements, {name_of(dtype)}"
    array = count * torch.empty(0, dtype=dtype).element_size()
    driver = f"copy by the driver, {suffix}"

    def copy():
        source = uniform(count, low=-3, high=3, dtype=dtype)
        destination = torch.empty_like(source)
        return lambda: destination.copy_(source)

    def forward(function, inputs):
        def make():
            values = [uniform(count, low=-3, high=3, dtype=dtype) for _ in range(inputs)]

            def run():
                with torch.no_grad():
                    function(*values)

            return run

        return make

    def both():
        value = uniform(count, low=-3, high=3, dtype=dtype).requires_grad_()
        cotangent = uniform(count, dtype=dtype)
        return lambda: torch.autograd.grad(functional.relu(value), value, cotangent)

    yield Workload(driver, "GB/s", copy, 2 * array)
    yield Workload(f"copy, {suffix}", "GB/s", copy, 2 * array, reference=driver)
    yield Workload(f"relu, {suffix}", "GB/s", forward(functional.relu, 1), 2 * array, reference=driver)
    yield Workload(f"add, {suffix}", "GB/s", forward(torch.add, 2), 3 * array, reference=driver)
    yield Workload(f"exp, {suffix}", "GB/s", forward(torch.exp, 1), 2 * array, reference=driver)
    yield Workload(f"relu forward and backward, {suffix}", "GB/s", both, 5 * array, reference=driver)


def launches(count):
    def make(waits):
        def prepare():
            source, destination = uniform(1), torch.empty(1, device=DEVICE)

            def run():
                for _ in range(count):
                    torch.neg(source, out=destination)
                    if waits:
                        synchronize()

            return run

        return prepare

    yield Workload("kernel on one element, queued", "µs", make(False), per_run=count)
    yield Workload("kernel on one element, waited for", "µs", make(True), per_run=count)


def products(n, dtype):
    def make():
        left, right, result = uniform(n, n, dtype=dtype), uniform(n, n, dtype=dtype), torch.empty(n, n, device=DEVICE, dtype=dtype)
        return lambda: torch.mm(left, right, out=result)

    name = f"matrix product {n}, {name_of(dtype)}"
    bytes = 3 * n * n * torch.empty(0, dtype=dtype).element_size()
    yield Workload(name, "TFLOP/s", make, bytes, 2 * n**3)
    if dtype == torch.float32:
        yield Workload(f"{name} with TF32", "TFLOP/s", make, bytes, 2 * n**3, tf32=True)


def mlp(sizes):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(inputs, outputs))
        if i + 2 < len(sizes):
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def vgg11():
    layers, channels = [], 3
    for following in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
        if following == 0:
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, following, 3, padding=1), nn.ReLU()]
            channels = following
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


def normalized(inputs, outputs, kernel, stride):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]


if torch is not None:

    class Residual(nn.Module):
        def __init__(self, function, shortcut=None):
            super().__init__()
            self.function, self.shortcut = function, shortcut

        def forward(self, x):
            return self.function(x) + (x if self.shortcut is None else self.shortcut(x))


def resnet18():
    layers, inputs = [*normalized(3, 64, 3, 1), nn.ReLU()], 64
    for stage in range(4):
        outputs = 64 << stage
        for block in range(2):
            stride = 2 if stage > 0 and block == 0 else 1
            function = nn.Sequential(*normalized(inputs, outputs, 3, stride), nn.ReLU(), *normalized(outputs, outputs, 3, 1))
            shortcut = None if stride == 1 and inputs == outputs else nn.Sequential(*normalized(inputs, outputs, 1, stride))
            layers += [Residual(function, shortcut), nn.ReLU()]
            inputs = outputs
    return nn.Sequential(*layers, nn.AvgPool2d(4), nn.Flatten(), nn.Linear(512, 10))


def narrow():
    return nn.Sequential(
        *normalized(2, 3, 3, 1), nn.ReLU(), nn.MaxPool2d(2),
        Residual(nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 1)), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(3, 10))


def steps(network, batch, build, image, flops=None):
    def make():
        torch.manual_seed(1)
        model = build().to(DEVICE)
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        images = uniform(batch, *image, low=0.0)
        labels = torch.arange(batch, device=DEVICE) % 10

        def run():
            optimizer.zero_grad()
            functional.cross_entropy(model(images), labels).backward()
            optimizer.step()

        return run

    name = f"{network}, batch {batch}, step"
    yield Workload(name, "ms", make, flops=flops)
    yield Workload(f"{name}, TF32", "ms", make, flops=flops, tf32=True)
    if len(image) == 3:
        yield Workload(f"{name}, PyTorch's defaults", "ms", make, flops=flops, tf32=None)


def sorts(count):
    def forward():
        value = uniform(count, low=-3, high=3)

        def run():
            with torch.no_grad():
                torch.sort(value, stable=True)

        return run

    def both():
        value, cotangent = uniform(count, low=-3, high=3).requires_grad_(), uniform(count)
        return lambda: torch.autograd.grad(torch.sort(value, stable=True).values, value, cotangent)

    yield Workload(f"sort of {count}, float32, forward", "ms", forward)
    yield Workload(f"sort of {count}, float32, forward and backward", "ms", both)


def updates(count):
    def make(kind, **settings):
        def prepare():
            parameter = nn.Parameter(uniform(count))
            parameter.grad = uniform(count)
            optimizer = kind([parameter], 0.001, **settings)
            return optimizer.step

        return prepare

    yield Workload(f"Adam step, {count} parameters", "ms", make(torch.optim.Adam), 7 * 4 * count)
    yield Workload(f"Adam step, {count} parameters, fused", "ms", make(torch.optim.Adam, fused=True), 7 * 4 * count)
    yield Workload(f"SGD step, {count} parameters", "ms", make(torch.optim.SGD), 3 * 4 * count)
    yield Workload(f"SGD step, {count} parameters, fused", "ms", make(torch.optim.SGD, fused=True), 3 * 4 * count)


def gradients(sizes, batch):
    def make():
        torch.manual_seed(1)
        model = mlp(sizes).to(DEVICE)
        with torch.no_grad():
            for parameter in (model[0].weight, model[0].bias):
                parameter[: sizes[1] // 10] = 0
        images = uniform(batch, sizes[0], low=0.0)
        labels = torch.arange(batch, device=DEVICE) % sizes[-1]
        parameters = list(model.parameters())
        return lambda: torch.autograd.grad(functional.cross_entropy(model(images), labels), parameters)

    yield Workload(f"MLP {'-'.join(map(str, sizes))}, batch {batch}, a tenth of the units at a kink, gradient", "ms", make)


def workloads(small):
    count = 256 if small else 1 << 26
    yield from elementwise(count, torch.float32)
    yield from elementwise(count, torch.float16)
    yield from launches(4 if small else 1000)
    for dtype, sizes in ((torch.float32, (1024, 2048, 4096, 8192)), (torch.float64, (1024, 2048, 4096)), (torch.float16, (1024, 2048, 4096, 8192))):
        for n in (8,) if small else sizes:
            yield from products(n, dtype)
    sizes = [12, 16, 16, 16, 10] if small else [784, 2048, 2048, 2048, 10]
    weights = sum(inputs * outputs for inputs, outputs in zip(sizes, sizes[1:]))
    for batch in (4,) if small else (128, 4096):
        yield from steps(f"MLP {'-'.join(map(str, sizes))}", batch, lambda: mlp(sizes), (sizes[0],), 2 * batch * (3 * weights - sizes[0] * sizes[1]))
    if small:
        yield from steps("narrow convolutions, normalised", 2, narrow, (2, 4, 4))
    else:
        yield from steps("LeNet-5", 128, lenet5, (1, 28, 28))
        yield from steps("VGG11", 128, vgg11, (3, 32, 32))
        yield from steps("ResNet18", 128, resnet18, (3, 32, 32))
    yield from sorts(300 if small else 10_000_000)
    yield from updates(300 if small else 10_000_000)
    yield from gradients([6, 10, 10] if small else sizes, 2 if small else 128)


def synchronize():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize(DEVICE)


def sample(run, runs):
    synchronize()
    start = time.perf_counter()
    for _ in range(runs):
        run()
    synchronize()
    return (time.perf_counter() - start) / runs


def measure(run, repeats, small):
    sample(run, 1)
    begun = time.perf_counter()
    seconds = sample(run, 1)
    while not small and time.perf_counter() - begun < SECONDS_OF_WARMING:
        seconds = sample(run, 1)
    runs = 1 if small else min(MOST_RUNS, max(1, math.floor(SECONDS_OF_A_SAMPLE / seconds)))
    return statistics.median(sample(run, runs) for _ in range(repeats))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="also write the results to this file")
    parser.add_argument("--small", action="store_true", help="the tiny sizes of the benchmarks' --small")
    parser.add_argument("--filter", default="", help="only workloads whose name contains this")
    parser.add_argument("--repeats", type=int, help="samples of each; 15 if not given, 1 with --small")
    parser.add_argument("--device", default="cuda:0", help="PyTorch's name of the device; cpu to try the script with --small")
    options = parser.parse_args()
    if torch is None:
        print(f"Skipped: {MISSING}; there is no peer to measure.")
        return SKIPPED
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        print(f"Skipped: PyTorch {torch.__version__} sees no CUDA device; there is no peer to measure.")
        return SKIPPED
    global DEVICE
    DEVICE = torch.device(options.device)
    defaults = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    report = {
        "device": torch.cuda.get_device_name(DEVICE) if DEVICE.type == "cuda" else "cpu",
        "driver": f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "runtime": f"PyTorch {torch.__version__}",
        "results": [],
        "failures": [],
    }
    print(f"{report['device']}; {report['driver']}; {report['runtime']}", flush=True)
    for workload in workloads(options.small):
        if options.filter.lower() not in workload.name.lower():
            continue
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = defaults if workload.tf32 is None else (workload.tf32, workload.tf32)
        try:
            seconds = measure(workload.make(), options.repeats or (1 if options.small else 15), options.small) / workload.per_run
        except Exception as error:  # what one workload cannot do does not keep the others from being measured
            report["failures"].append(f"{workload.name}: {type(error).__name__}: {error}")
            print(f"FAILED {report['failures'][-1]}", flush=True)
            continue
        value = {"GB/s": (workload.bytes or 0) / seconds / 1e9, "TFLOP/s": (workload.flops or 0) / seconds / 1e12, "µs": seconds * 1e6, "ms": seconds * 1e3}[workload.unit]
        reference = next((result["value"] for result in report["results"] if result["name"] == workload.reference), None)
        report["results"].append({
            "name": workload.name, "unit": workload.unit, "value": value, "seconds": seconds, "bytes": workload.bytes, "flops": workload.flops,
            "share": None if reference is None else value / reference})
        print(f"{workload.name}: {value:.4g} {workload.unit}; {seconds * 1000:.4g} ms", flush=True)
        if options.json:
            with open(options.json, "w", encoding="utf-8") as file:
                json.dump(report, file, indent=2, ensure_ascii=False)
    print(f"{len(report['results'])} measured, {len(report['failures'])} failed")
    return 1 if report["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
