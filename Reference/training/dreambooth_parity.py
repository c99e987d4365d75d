"""What `likeness train dreambooth` writes, loaded by diffusers: whole UNets and low-rank files of both layouts.

    python Reference/training/dreambooth_parity.py LIKENESS

A small random model learns for three steps at a rate that can be seen. Its last sample picture, made by
`likeness` from the trained parameters in memory, must be the picture that diffusers makes of the written
files with the same seed, and must differ from the picture of the model as it was.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from diffusers.utils import logging
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "diffusion"))
import pipeline_models  # noqa: E402

logging.set_verbosity_error()
warnings.filterwarnings("ignore")
torch.set_num_threads(1)
PROMPT = "a photo of a man in a red hat"
WANTED = 50.0  # dB, between our picture and theirs
CASES = {
    "whole UNet": [],
    "adapters, diffusers' names": ["--lora", "4"],
    "adapters, kohya's names": ["--lora", "4", "--lora-layout", "kohya"],
    "adapters, alpha 2 for rank 4": ["--lora", "4", "--set", "adapters.alpha=2"],
}


def train(likeness, root, run, options):
    command = [likeness, "train", "dreambooth", "--model", root / "model", "--photos", root / "photos", "-p", PROMPT, "-o", run]
    numbers = {"resolution": 64, "sample_count": 1, "sample_steps": 4, "training.steps": 3, "training.batch_size": 1}
    numbers |= {"training.sample_every": 3, "training.save_every": 3, "training.log_every": 1}
    numbers |= {"training.optimizer.learning_rate": 0.02 if options else 0.002, "training.optimizer.warmup_steps": 0}
    for key, value in numbers.items():
        command += ["--set", f"{key}={value}"]
    done = subprocess.run([str(word) for word in [*command, *options, "--quiet"]], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}")
    samples = sorted((run / "samples").glob("*.png"))
    return np.array(Image.open(samples[-1]).convert("RGB"))


def picture(pipe):
    pipe.set_progress_bar_config(disable=True)
    made = pipe(PROMPT, num_inference_steps=4, guidance_scale=7.5, width=64, height=64, generator=torch.Generator().manual_seed(0))
    return np.array(made.images[0])


def psnr(a, b):
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


def main(likeness):
    right = True
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        model = pipeline_models.make_folder(root / "model")
        (root / "photos").mkdir()
        for number in range(2):
            photo = pipeline_models.picture(64, 64)
            photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT if number else Image.Transpose.FLIP_TOP_BOTTOM).save(root / f"photos/{number}.png")
        before = picture(StableDiffusionPipeline.from_pretrained(model))
        for number, (name, options) in enumerate(CASES.items()):
            run = root / f"run-{number}"
            ours = train(likeness, root, run, options)
            if options:
                pipe = StableDiffusionPipeline.from_pretrained(model)
                file = "lora.safetensors" if "kohya" in options else "pytorch_lora_weights.safetensors"
                pipe.load_lora_weights(str(run), weight_name=file)
            else:
                pipe = StableDiffusionPipeline.from_pretrained(run / "model")
            same, change = psnr(ours, picture(pipe)), psnr(ours, before)
            holds = same >= WANTED and change < 40
            right = right and holds
            print(f"{name}: {same:.1f} dB (wanted {WANTED:.0f}); untrained {change:.1f} dB{'' if holds else '  FAILED'}", flush=True)
    return right


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1]) else 1)
