"""Times `likeness image` beside diffusers: one folder, one prompt, one seed, in one run, alternating.

    python benchmark.py LIKENESS MODEL [--dtype bf16] [--steps 20] [--size 512] [--rounds 1] [--threads N]

MODEL is a folder as diffusers saves it (`likeness model init --like sd15 -o MODEL`). Prints seconds end
to end (a fresh process: start, load, denoise, decode, write), seconds of the steps alone, peak memory,
and how far the two pictures are apart. Exits with 1 if ours takes longer.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

REFERENCE = """
import json, sys, time
import torch
from diffusers import DiffusionPipeline
model, dtype, steps, size, out, threads = sys.argv[1:]
if threads != "0":
    torch.set_num_threads(int(threads))
pipe = DiffusionPipeline.from_pretrained(model, torch_dtype=getattr(torch, dtype), safety_checker=None)
pipe.set_progress_bar_config(disable=True)
times = []
def tick(pipe, index, timestep, arguments):
    times.append(time.perf_counter())
    return arguments
image = pipe("a lighthouse at dusk", num_inference_steps=int(steps), guidance_scale=7.5, height=int(size),
             width=int(size), generator=torch.Generator().manual_seed(42), callback_on_step_end=tick).images[0]
image.save(out)
print(json.dumps({"step": (times[-1] - times[0]) / (len(times) - 1)}))
"""
TYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def run(command):
    """Wall seconds, peak bytes and the last line, as JSON."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, json.loads(text)


def apart(first, second):
    """PSNR in dB, in a process of its own: this one must stay small, or its size taints the figures."""
    code = """
import sys, numpy as np
from PIL import Image
a, b = (np.asarray(Image.open(p).convert("RGB"), dtype=float) for p in sys.argv[1:])
error = ((a - b) ** 2).mean()
print("inf" if error == 0 else f"{10 * np.log10(255 ** 2 / error):.1f}", f"{a.std():.1f}")
"""
    return subprocess.run([sys.executable, "-c", code, first, second], capture_output=True, text=True).stdout.split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("model")
    parser.add_argument("--dtype", default="bf16", choices=TYPES)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    size, steps = str(options.size), str(options.steps)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        a, b = os.path.join(folder, "a.png"), os.path.join(folder, "b.png")
        for _ in range(options.rounds):
            theirs.append(
                run([sys.executable, "-c", REFERENCE, options.model, TYPES[options.dtype], steps, size, b, "0"])
            )
            print(f"diffusers  {theirs[-1][0]:.1f} s", flush=True)
            command = [options.likeness, "image", "--model", options.model, "-p", "a lighthouse at dusk", "--seed", "42"]
            command += ["--steps", steps, "-W", size, "-H", size, "--cfg-scale", "7.5", "--dtype", options.dtype]
            ours.append(run(command + ["-o", a, "--force", "--json"]))
            print(f"likeness   {ours[-1][0]:.1f} s", flush=True)
        psnr, deviation = apart(a, b)
    print(f"{options.model}, {options.dtype}, {size} x {size}, {steps} steps, {options.rounds} round(s)")
    steps_of = {"diffusers": [r[2]["step"] for r in theirs], "likeness": [r[2]["denoisingSeconds"] / r[2]["evaluations"] for r in ours]}
    medians = {}
    for name, rounds in (("diffusers", theirs), ("likeness", ours)):
        medians[name] = statistics.median(r[0] for r in rounds)
        step = statistics.median(steps_of[name])
        peak = max(r[1] for r in rounds)
        print(f"  {name:9}  {medians[name]:7.1f} s end to end, {step:6.2f} s a step, peak {peak / 2**20:.0f} MiB")
    ratio = medians["likeness"] / medians["diffusers"]
    print(f"  end to end {ratio:.2f} times diffusers; pictures {psnr} dB apart, deviation {deviation}")
    sys.exit(0 if ratio <= 1 else 1)


if __name__ == "__main__":
    main()
