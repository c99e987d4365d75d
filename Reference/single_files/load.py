"""Measures how long a 2 GB single file takes to load, and how much memory, against a folder of the same weights.

    python load.py LIKENESS [--runs 5]

SD1.5 at full size with random weights in float16, as a folder and as one file in the original names, computed in float16:
from the command to a picture of 64 pixels in one step, so that every weight is read. Runs alternate; medians are compared: at most 1.1 times the time and 64 MB more.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ldm_names


def main():
    options = argparse.ArgumentParser()
    options.add_argument("likeness")
    options.add_argument("--runs", type=int, default=5)
    options = options.parse_args()
    likeness = str(pathlib.Path(options.likeness).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folder, file = scratch / "sd15", scratch / "sd15.safetensors"
        subprocess.run([likeness, "model", "init", "--like", "sd15", "--dtype", "fp16", "-o", folder], check=True, capture_output=True)
        config = json.loads((folder / "unet" / "config.json").read_text())
        attends = ["CrossAttn" in kind for kind in reversed(config["down_block_types"])]
        name = lambda part: next(iter(sorted((folder / part).glob("*.safetensors"))))
        tensors = {"model.diffusion_model." + ldm_names.unet(k, config["layers_per_block"], attends): v for k, v in load_file(name("unet")).items()}
        tensors |= {"first_stage_model." + ldm_names.autoencoder(k, 4): v for k, v in load_file(name("vae")).items()}
        tensors |= {"cond_stage_model.transformer." + k: v for k, v in load_file(name("text_encoder")).items()}
        save_file({k: v.contiguous() for k, v in tensors.items()}, file)
        del tensors
        kinds = {"folder": ["--model", folder], "file": ["--model", file, "--tokenizer", folder / "tokenizer"]}
        found = {kind: [] for kind in kinds}
        for run in range(options.runs + 1):
            for kind, flags in kinds.items():
                words = [likeness, "image", *flags, "-p", "x", "--plain-prompt", "--cfg-scale", 1, "--steps", 1, "-W", 64, "-H", 64,
                         "-o", scratch / "out.png", "--dtype", "fp16", "--json", "-q", "--force"]  # fmt: skip
                done = subprocess.run(["/usr/bin/env", "time", "-f", "%e %M", *[str(word) for word in words]], capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
                seconds, kilobytes = done.stderr.strip().splitlines()[-1].split()
                if run > 0:  # the first warms the cache
                    found[kind].append((float(seconds), int(kilobytes) / 1000))
        times = {kind: statistics.median(t for t, _ in runs) for kind, runs in found.items()}
        peaks = {kind: statistics.median(m for _, m in runs) for kind, runs in found.items()}
        for kind in kinds:
            spread = [t for t, _ in found[kind]]
            print(f"{kind:6} {times[kind]:.2f} s ({min(spread):.2f} to {max(spread):.2f}), peak {peaks[kind]:.0f} MB")
        good = times["file"] <= 1.1 * times["folder"] and peaks["file"] <= peaks["folder"] + 64
        print(f"{'ok  ' if good else 'FAIL'} {file.stat().st_size / 1e9:.2f} GB: {times['file'] / times['folder']:.2f} times the folder's time, "
              f"{peaks['file'] - peaks['folder']:+.0f} MB")  # fmt: skip
        sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
