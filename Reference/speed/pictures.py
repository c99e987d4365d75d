"""Whole pictures by our program and by diffusers in turn: seconds to load, in all, and peak memory.

    python Reference/speed/pictures.py .build/release/likeness [--like sd15] [--size 512] [--steps 4] [--rounds 2]

Each picture is made by a process of its own, from a folder of random weights stored as fp16, which is
made first unless --model names one. Peak memory is what the system says of the process (maximum
resident set), mapped files included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROMPT = "a portrait of a woman"


def child(arguments):
    """One picture by diffusers; prints the seconds of loading and of the rest."""
    start = time.perf_counter()
    import torch
    from diffusers import DiffusionPipeline

    torch.set_num_threads(arguments.threads)
    dtype = {"bf16": torch.bfloat16, "fp32": torch.float32}[arguments.dtype]
    imported = time.perf_counter()
    pipeline = DiffusionPipeline.from_pretrained(
        arguments.model, torch_dtype=dtype, safety_checker=None, requires_safety_checker=False)
    for part in (pipeline.unet, pipeline.vae):
        part.to(memory_format=torch.channels_last)
    pipeline.set_progress_bar_config(disable=True)
    loaded = time.perf_counter()
    pipeline(
        PROMPT, height=arguments.size, width=arguments.size, num_inference_steps=arguments.steps,
        generator=torch.Generator().manual_seed(1))
    print(json.dumps({
        "import": imported - start, "load": loaded - imported, "rest": time.perf_counter() - loaded}))


def measured(command):
    """What a command prints, its seconds, and the most memory it took, bytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: failed")
    return json.loads(said), time.perf_counter() - start, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("--like", default="sd15", choices=["sd15", "sdxl"])
    parser.add_argument("--model", help="a folder as diffusers saves it")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", default="bf16", choices=["bf16", "fp32"])
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        return child(arguments)
    with tempfile.TemporaryDirectory() as folder:
        model = arguments.model
        if model is None:
            model = f"{folder}/model"
            subprocess.run(
                [arguments.likeness, "model", "init", "--like", arguments.like, "--dtype", "fp16", "-o", model,
                 "--quiet"], check=True, stdout=subprocess.DEVNULL)
        shape = ["--size", str(arguments.size), "--steps", str(arguments.steps), "--threads",
                 str(arguments.threads), "--dtype", arguments.dtype]
        ours, theirs = [], []
        for number in range(arguments.rounds):
            said, seconds, peak = measured([
                arguments.likeness, "image", "--model", model, "--prompt", PROMPT, "--seed", "1", "--width",
                str(arguments.size), "--height", str(arguments.size), "--steps", str(arguments.steps), "--dtype",
                arguments.dtype, "--json", "--quiet", "-o", f"{folder}/{number}.png"])
            ours.append((said["loadSeconds"], seconds, peak))
            said, seconds, peak = measured(
                [sys.executable, __file__, "-", "--child", "--model", model] + shape)
            theirs.append((said["import"] + said["load"], seconds, peak))
    print(f"| {arguments.like}, {arguments.size} px, {arguments.steps} steps, {arguments.dtype} | load | in all | peak |")
    print("|---|---|---|---|")
    middle = []
    for name, rows in (("ours", ours), ("diffusers", theirs)):
        load, seconds, peak = (statistics.median(values) for values in zip(*rows))
        middle.append((load, seconds, peak))
        print(f"| {name} | {load:.2f} s | {seconds:.1f} s | {peak / 1e9:.2f} GB |")
    load, seconds, peak = (a / b for a, b in zip(*middle))
    print(f"| ours / diffusers | {load:.2f} | {seconds:.2f} | {peak:.2f} |")


main()
