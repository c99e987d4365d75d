"""Times the loading of a 1.7 GB fp16 file beside the reference reader, alternating, in one run.

    python benchmark.py LIKENESS [--rounds 7]

LIKENESS is the program. Each round loads the file and then sums every tensor, since both readers only
map it at first, in a fresh process of each; the file stays in the page cache. Prints medians, ratios
and the growth of peak memory. Exits with 1 above 1.1 times the reference's time, or if our peak grows
by more than the file and 64 MiB.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

REFERENCE = """
import json, re, sys, time
import torch
from safetensors.torch import load_file
torch.ones(8, dtype=torch.float16).sum()
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
before, start = peak(), time.perf_counter()
tensors = load_file(sys.argv[1])
if len(sys.argv) > 2:
    tensors = {k: v.to(getattr(torch, sys.argv[2])) for k, v in tensors.items()}
loaded = time.perf_counter()
for tensor in tensors.values():
    tensor.sum()
read = time.perf_counter()
print(json.dumps({"loadSeconds": loaded - start, "readSeconds": read - loaded,
                  "peakGrowthBytes": peak() - before}))
"""


def write(path):
    """850 million fp16 values in 40 tensors, about what an SD1.5 UNet weighs."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(1)
    rows = [16384 if i % 4 == 0 else 4136 for i in range(40)]
    tensors = {
        f"layer.{i}.weight": torch.randn(n, 2960, generator=generator).half() for i, n in enumerate(rows)
    }
    save_file(tensors, path, {"format": "pt"})


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.safetensors")
        write(path)
        size = os.path.getsize(path)
        for ours, theirs in (([], []), (["--dtype", "fp32"], ["float32"])):
            results = {"likeness": [], "reference": []}
            for _ in range(options.rounds):
                results["likeness"].append(
                    run([options.likeness, "bench", "checkpoint", path, "--json", *ours])
                )
                results["reference"].append(run([sys.executable, "-c", REFERENCE, path, *theirs]))
            print(f"{size / 1e9:.2f} GB of fp16, {'as fp32' if ours else 'as it is'}, {options.rounds} rounds")
            medians = {}
            for name, rounds in results.items():
                load = statistics.median(r["loadSeconds"] for r in rounds)
                total = statistics.median(r["loadSeconds"] + r["readSeconds"] for r in rounds)
                peak = max(r["peakGrowthBytes"] for r in rounds)
                medians[name] = total
                print(f"  {name:9}  load {load:.4f} s, load and read {total:.3f} s, peak +{peak / 2**20:.0f} MiB")
            ratio = medians["likeness"] / medians["reference"]
            print(f"  load and read: {ratio:.2f} times the reference")
            # Converted tensors are as large again twice, and need the file's pages only in passing.
            allowed = size * (3 if ours else 1) + 64 * 2**20
            peak = max(r["peakGrowthBytes"] for r in results["likeness"])
            good = good and ratio <= 1.1 and peak <= allowed
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
