"""Compares checkpoints in single files with diffusers' `from_single_file`: same file, same seed, same picture.

    python parity.py LIKENESS [--keep DIR]

Writes small SD1.5 and SDXL models with `LIKENESS model init`, puts each into one file under the original names, and asks
both programs for a picture of it: PSNR of 50 dB and more passes. Also an inpainting file, an EMA file, a v-prediction one,
a ControlNet and an autoencoder of their own, and a file with parts missing. Exits with 1 if a row fails.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
warnings.filterwarnings("ignore")

import diffusers
import numpy as np
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    StableDiffusionControlNetPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
)
from PIL import Image
from safetensors.torch import load_file, save_file

import ldm_names

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
PROMPT = "a portrait of a woman in a red hat, studio light"
SEED = 20261122
BOUND = 50.0


def tensors(folder, part):
    names = ["diffusion_pytorch_model.safetensors", "model.safetensors"]
    return load_file(next(path for name in names if (path := folder / part / name).exists()))


def denoiser(folder, part=""):
    config = json.loads((folder / part / "config.json").read_text())
    attends = ["CrossAttn" in kind for kind in reversed(config["down_block_types"])]
    return {ldm_names.unet(name, config["layers_per_block"], attends): tensor for name, tensor in tensors(folder, part).items()}


def autoencoder(folder, part=""):
    levels = len(json.loads((folder / part / "config.json").read_text())["block_out_channels"])
    out = {}
    for name, tensor in tensors(folder, part).items():
        # A linear layer was a convolution of one pixel there.
        is_linear = "attentions" in name and tensor.ndim == 2
        out[ldm_names.autoencoder(name, levels)] = tensor[:, :, None, None].contiguous() if is_linear else tensor
    return out


def whole(folder, xl):
    parts = {"model.diffusion_model.": denoiser(folder, "unet"), "first_stage_model.": autoencoder(folder, "vae")}
    first = "conditioner.embedders.0.transformer." if xl else "cond_stage_model.transformer."
    parts[first] = tensors(folder, "text_encoder")
    if xl:
        parts["conditioner.embedders.1.model."] = ldm_names.open_clip(tensors(folder, "text_encoder_2"))
    out = {prefix + name: tensor for prefix, own in parts.items() for name, tensor in own.items()}
    # What such files carry along.
    out["alphas_cumprod"] = torch.zeros(1000)
    if not xl:
        out[first + "text_model.embeddings.position_ids"] = torch.arange(77)[None]
    return out


def ours(likeness, file, folder, scratch, *more):
    out = scratch / f"ours-{len(list(scratch.glob('ours-*')))}.png"
    words = [likeness, "image", "--dtype", "fp32", "--model", file, "--tokenizer", folder / "tokenizer", "-p", PROMPT, "--steps", 4]
    words += ["--cfg-scale", 5, "--seed", SEED, "-W", 64, "-H", 64, "-o", out, *more]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr.strip()
    return np.array(Image.open(out).convert("RGB")), ""


def theirs(pipe, **more):
    pipe.set_progress_bar_config(disable=True)
    picture = pipe(PROMPT, num_inference_steps=4, guidance_scale=5, width=64, height=64,
                   generator=torch.Generator().manual_seed(SEED), **more).images[0]  # fmt: skip
    return np.array(picture)


def psnr(a, b):
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("oracle", nargs="?", help="not needed here")
    parser.add_argument("--keep")
    options = parser.parse_args()
    likeness = str(pathlib.Path(options.likeness).resolve())
    scratch = pathlib.Path(options.keep or tempfile.mkdtemp())
    scratch.mkdir(exist_ok=True)
    rows = []

    def row(name, picture, error, reference):
        value = -1 if picture is None else psnr(picture, reference)
        spread = float(reference.std())
        rows.append(value >= BOUND and spread > 5)
        print(f"{'ok  ' if rows[-1] else 'FAIL'} {name:34} {value:8.1f} dB  (reference varies by {spread:.0f}) {error}", flush=True)

    def make(model, *more):
        folder = scratch / "-".join([model, *more])
        if not folder.exists():
            subprocess.run([likeness, "model", "init", "--like", model, "--tiny", "-o", folder, *more], check=True, capture_output=True)
        return folder

    sd, xl = make("sd15"), make("sdxl")
    single = {}
    for name, folder, is_xl in [("sd15", sd, False), ("sdxl", xl, True)]:
        single[name] = whole(folder, is_xl)
        file = scratch / f"{name}.safetensors"
        save_file(single[name], file)
        kind = StableDiffusionXLPipeline if is_xl else StableDiffusionPipeline
        extra = {} if is_xl else {"safety_checker": None}
        pipe = kind.from_single_file(file, config=str(folder), local_files_only=True, **extra)
        reference = theirs(pipe)
        row(f"{name}, safetensors", *ours(likeness, file, folder, scratch), reference)
        torch.save({"state_dict": single[name], "global_step": 7}, scratch / f"{name}.ckpt")
        row(f"{name}, ckpt", *ours(likeness, scratch / f"{name}.ckpt", folder, scratch), reference)
        half = {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in single[name].items()}
        save_file(half, scratch / f"{name}-fp16.safetensors")
        pipe = kind.from_single_file(scratch / f"{name}-fp16.safetensors", config=str(folder), local_files_only=True,
                                     torch_dtype=torch.float32, **extra)  # fmt: skip
        row(f"{name}, stored in fp16", *ours(likeness, scratch / f"{name}-fp16.safetensors", folder, scratch), theirs(pipe))

    # Both the plain and the averaged UNet: averages are named without dots.
    start = "model.diffusion_model."
    both = dict(single["sd15"])
    generator = torch.Generator().manual_seed(1)
    for key in list(both):
        if key.startswith(start):
            name = "model_ema." + "".join(key.split(".")[1:])
            both[name] = both[key] + 0.02 * torch.randn(both[key].shape, generator=generator)
    file = scratch / "ema.safetensors"
    save_file(both, file)
    load = {"config": str(sd), "local_files_only": True, "safety_checker": None}
    plain = theirs(StableDiffusionPipeline.from_single_file(file, **load))
    row("plain weights beside averages", *ours(likeness, file, sd, scratch), plain)
    averaged = theirs(StableDiffusionPipeline.from_single_file(file, extract_ema=True, **load))
    assert psnr(plain, averaged) < 40, "negative control: other weights must make another picture"
    row("averages", *ours(likeness, file, sd, scratch, "--variant", "ema"), averaged)

    # A model that predicts velocity says so.
    velocity = dict(single["sdxl"], v_pred=torch.zeros(0), ztsnr=torch.zeros(0))
    file = scratch / "velocity.safetensors"
    save_file(velocity, file)
    pipe = StableDiffusionXLPipeline.from_pretrained(xl)
    pipe.scheduler = type(pipe.scheduler).from_config(
        pipe.scheduler.config, prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing")
    row("sdxl, v_pred and ztsnr", *ours(likeness, file, xl, scratch), theirs(pipe))

    # An autoencoder and a ControlNet of their own.
    other = make("sd15", "--seed", "5")
    save_file(autoencoder(other, "vae"), scratch / "vae.safetensors")
    vae = AutoencoderKL.from_single_file(scratch / "vae.safetensors", config=str(sd / "vae"), local_files_only=True)
    pipe = StableDiffusionPipeline.from_single_file(scratch / "sd15.safetensors", vae=vae, **load)
    row("another autoencoder", *ours(likeness, scratch / "sd15.safetensors", sd, scratch, "--vae", scratch / "vae.safetensors"), theirs(pipe))

    net = make("sd15-controlnet")
    save_file({"control_model." + key: tensor for key, tensor in denoiser(net).items()}, scratch / "control.safetensors")
    save_file(tensors(net, ""), scratch / "control-today.safetensors")
    image = Image.fromarray(np.random.default_rng(3).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    image.save(scratch / "condition.png")
    controlnet = ControlNetModel.from_single_file(scratch / "control.safetensors", config=str(net), local_files_only=True)
    pipe = StableDiffusionControlNetPipeline.from_pretrained(sd, controlnet=controlnet)
    reference = theirs(pipe, image=image)
    for name in ["control", "control-today"]:
        flag = f"{scratch / (name + '.safetensors')}={scratch / 'condition.png'}"
        row(f"ControlNet, {name}", *ours(likeness, scratch / "sd15.safetensors", sd, scratch, "--control", flag), reference)

    print(f"{sum(rows)} of {len(rows)} rows")
    sys.exit(0 if rows and all(rows) else 1)


if __name__ == "__main__":
    main()
