"""Compares whole pictures: `LIKENESS image` with diffusers' pipelines, same seed, tiny random models.

    python pipelines.py LIKENESS [oracle] [--only TEXT] [--keep DIR]
    python pipelines.py --reference-only [--keep DIR]      only the reference's pictures and their statistics

Prints one table of PSNR; a row passes from 50 dB. The `export` rows load the folders that `LIKENESS
model export DIR -o OUT` writes with diffusers: no missing or unexpected keys, and equal output.
Exits with 1 if a row fails.
"""

import argparse
import math
import os
import pathlib
import shutil
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
    ControlNetModel,
    StableDiffusionControlNetPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLControlNetPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLInpaintPipeline,
    StableDiffusionXLPipeline,
)
from PIL import Image
from transformers import CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from pipeline_models import prepare

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

BOUND = 50.0
SEED = 20261121
PROMPT = "a portrait of a woman in a red hat, studio light"
NEGATIVE = "blurry, low quality"


# Rows

SCHEDULERS = {"ddpm": "DDPMScheduler", "ddim": "DDIMScheduler", "pndm": "PNDMScheduler", "euler": "EulerDiscreteScheduler",
              "euler-a": "EulerAncestralDiscreteScheduler", "dpm++2m": "DPMSolverMultistepScheduler",
              "unipc": "UniPCMultistepScheduler"}  # fmt: skip


class Row:
    """One picture: what is asked of both sides. Sizes are (width, height); images are names of files in the root."""

    def __init__(self, name, model="sd15", scheduler=None, steps=4, scale=7.5, size=(64, 64), prompt=PROMPT, negative=None,
                 image=None, strength=None, mask=None, controls=(), guess=False, adapter=None, adapter_scale=0.6, rescale=None,
                 batch=1, tiling=False, slicing=False, original=None, crop=None, target=None, seed=SEED):  # fmt: skip
        self.__dict__.update({key: value for key, value in locals().items() if key != "self"})

    @property
    def xl(self):
        return self.model.startswith("sdxl")

    # Our side

    def command(self, likeness, root, out):
        # diffusers' pipelines cut prompts after 77 tokens; ours read on unless told otherwise.
        words = [likeness, "image", "--model", root / self.model, "-p", self.prompt, "--plain-prompt"]
        words += ["--steps", self.steps]
        words += ["--cfg-scale", self.scale, "--seed", self.seed, "-W", self.size[0], "-H", self.size[1], "--dtype", "fp32"]
        options = {"-n": self.negative, "--scheduler": self.scheduler, "--strength": self.strength, "--guidance-rescale": self.rescale}
        options |= {"--init-image": self.image and root / self.image, "--mask": self.mask and root / self.mask}
        if self.batch > 1:
            options["--batch"] = self.batch
        if self.adapter:
            options["--ip-adapter"] = f"{root / self.adapter}={root / 'reference.png'}"
            options |= {"--ip-adapter-scale": self.adapter_scale, "--image-encoder": root / "image_encoder"}
        if self.original:
            options["--original-size"] = "{}x{}".format(*self.original)
        if self.crop:
            options["--crop"] = "{},{}".format(*self.crop)
        if self.target:
            options["--target-size"] = "{}x{}".format(*self.target)
        for key, value in options.items():
            words += [] if value is None else [key, value]
        for folder, image, weight in self.controls:
            words += ["--control", f"{root / folder}={root / image}", "--control-scale", weight]
        flags = {"--guess-mode": self.guess, "--vae-tiling": self.tiling, "--vae-slicing": self.slicing}
        return [str(word) for word in words + [key for key, value in flags.items() if value] + ["-o", out]]

    def ours(self, likeness, root):
        """Every picture that the program writes into an empty folder, in the order of names."""
        with tempfile.TemporaryDirectory() as scratch:
            command = self.command(likeness, root, pathlib.Path(scratch, "out.png"))
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=900)
            except (OSError, subprocess.TimeoutExpired) as error:
                return [], str(error)
            files = sorted(pathlib.Path(scratch).glob("*.png"), key=lambda path: (len(path.name), path.name))
            if done.returncode or not files:
                words = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
                return [], f"status {done.returncode}: {' '.join(words[:3])[:300]}"
            return [np.array(Image.open(file).convert("RGB")) for file in files], ""

    # The reference

    def pipeline(self, root):
        kind = "inpaint" if self.mask else "img2img" if self.image else "control" if self.controls else "text"
        classes = {
            "text": (StableDiffusionPipeline, StableDiffusionXLPipeline),
            "img2img": (StableDiffusionImg2ImgPipeline, StableDiffusionXLImg2ImgPipeline),
            "inpaint": (StableDiffusionInpaintPipeline, StableDiffusionXLInpaintPipeline),
            "control": (StableDiffusionControlNetPipeline, StableDiffusionXLControlNetPipeline),
        }
        nets = [ControlNetModel.from_pretrained(root / folder) for folder, _, _ in self.controls]
        extra = {"controlnet": nets if len(nets) > 1 else nets[0]} if nets else {}
        if self.adapter:
            extra["image_encoder"] = CLIPVisionModelWithProjection.from_pretrained(root / "image_encoder")
        pipe = classes[kind][self.xl].from_pretrained(root / self.model, **extra)
        if self.scheduler:
            pipe.scheduler = getattr(diffusers, SCHEDULERS[self.scheduler]).from_config(pipe.scheduler.config)
        if self.adapter:
            pipe.load_ip_adapter(str(root), subfolder="", weight_name=self.adapter, image_encoder_folder=None)
            pipe.set_ip_adapter_scale(self.adapter_scale)
        if self.tiling:
            pipe.vae.enable_tiling()
        if self.slicing:
            pipe.vae.enable_slicing()
        pipe.set_progress_bar_config(disable=True)
        return pipe

    def reference(self, root):
        pipe = self.pipeline(root)
        width, height = self.size
        options = {"prompt": self.prompt, "negative_prompt": self.negative, "num_inference_steps": self.steps}
        options |= {"guidance_scale": self.scale, "num_images_per_prompt": self.batch}
        options["generator"] = torch.Generator().manual_seed(self.seed)
        if self.rescale is not None:
            options["guidance_rescale"] = self.rescale
        if self.mask:
            options |= {"image": Image.open(root / self.image), "mask_image": Image.open(root / self.mask)}
            options |= {"strength": self.strength, "width": width, "height": height}
        elif self.image:
            options |= {"image": Image.open(root / self.image), "strength": self.strength}
        else:
            options |= {"width": width, "height": height}
        if self.controls:
            images = [Image.open(root / image) for _, image, _ in self.controls]
            weights = [weight for _, _, weight in self.controls]
            single = len(images) == 1
            options["image"] = images[0] if single else images
            options["controlnet_conditioning_scale"] = weights[0] if single else weights
            options["guess_mode"] = self.guess
        if self.adapter:
            options["ip_adapter_image"] = Image.open(root / "reference.png")
        # The pipelines want (height, width) and (top, left).
        for key, value in {"original_size": self.original, "crops_coords_top_left": self.crop, "target_size": self.target}.items():
            if value:
                options[key] = (value[1], value[0])
        with torch.no_grad():
            return [np.array(image) for image in pipe(**options).images]


def rows():
    text = [Row(f"text to image, {name}", scheduler=name, steps=5) for name in SCHEDULERS]
    text += [
        Row("the folder's own scheduler"),
        Row("negative prompt", scheduler="ddim", negative=NEGATIVE),
        Row("no guidance", scheduler="ddim", scale=1.0),
        Row("guidance rescale", scheduler="ddim", rescale=0.7),
        Row("batch of two", scheduler="ddim", batch=2),
        Row("batch of two, ancestral noise", scheduler="euler-a", batch=2),
        Row("not square", scheduler="euler", size=(96, 64)),
        Row("odd latent", scheduler="dpm++2m", size=(72, 56)),
        Row("long prompt", scheduler="ddim", prompt=" ".join([PROMPT] * 8)),
        Row("words of all kinds", scheduler="ddim", prompt="  Él's   42 ÜBER-cats!? 日本 🙂 it'll\tdo "),
        Row("empty prompt", scheduler="ddim", prompt=""),
        Row("v-prediction, trailing", model="sd2", steps=6),
        Row("VAE tiling", scheduler="ddim", size=(128, 104), tiling=True),
        Row("VAE slicing", scheduler="ddim", batch=2, slicing=True),
        Row("ten steps", scheduler="dpm++2m", steps=10),
    ]
    for strength in (0.3, 0.6, 0.9):
        text.append(Row(f"image to image, {strength}", scheduler="ddim", steps=10, image="photo.png", strength=strength))
    for name in SCHEDULERS:
        text.append(Row(f"image to image, 0.6, {name}", scheduler=name, steps=5, image="photo.png", strength=0.6))
    text += [
        Row("image to image, cut to multiples of 8", scheduler="ddim", image="large.png", strength=0.5, size=(96, 80)),
        Row("image to image, batch of two", scheduler="euler-a", image="photo.png", strength=0.6, batch=2),
    ]
    for name in ("ddim", "euler", "pndm", "dpm++2m", "unipc", "ddpm", "euler-a"):
        text.append(Row(f"inpainting by blending, {name}", scheduler=name, steps=5, image="photo.png", mask="mask.png", strength=1.0))
    inpainting = {"image": "photo.png", "mask": "mask.png", "scheduler": "ddim"}
    text += [
        Row("inpainting by blending, 0.6", **inpainting, strength=0.6, steps=5),
        Row("inpainting by blending, resized", **inpainting | {"image": "large.png", "mask": "large-mask.png"}, strength=0.75),
        Row("inpainting by blending, batch of two", **inpainting, strength=0.75, batch=2),
        Row("inpainting with nine channels", model="sd15-inpainting", **inpainting, strength=1.0),
        Row("inpainting with nine channels, 0.75", model="sd15-inpainting", **inpainting, strength=0.75),
    ]
    one, two = ("control-a", "edges.png", 0.8), ("control-b", "photo.png", 0.5)
    text += [
        Row("ControlNet", scheduler="ddim", controls=[one]),
        Row("ControlNet, image resized", scheduler="ddim", controls=[("control-a", "large.png", 1.0)]),
        Row("two ControlNets", scheduler="unipc", controls=[one, two]),
        Row("ControlNet, guess mode", scheduler="ddim", controls=[one], guess=True, scale=3.0),
        Row("ControlNet, guess mode without guidance", scheduler="ddim", controls=[one], guess=True, scale=1.0),
        Row("two ControlNets, guess mode", scheduler="ddim", controls=[one, two], guess=True, scale=3.0),
        Row("ControlNet, batch of two", scheduler="euler", controls=[one], batch=2),
        Row("IP-Adapter", scheduler="ddim", adapter="ip-sd15.safetensors"),
        Row("IP-Adapter Plus", scheduler="ddim", adapter="ip-plus-sd15.safetensors"),
        Row("IP-Adapter, no guidance", scheduler="ddim", adapter="ip-sd15.safetensors", scale=1.0),
        Row("IP-Adapter Plus, batch of two", scheduler="ddim", adapter="ip-plus-sd15.safetensors", batch=2, adapter_scale=1.0),
        Row("IP-Adapter and ControlNet", scheduler="ddim", adapter="ip-sd15.safetensors", controls=[one]),
    ]
    xl = {"model": "sdxl", "scale": 5.0}
    text += [
        Row("SDXL", **xl),
        Row("SDXL, negative prompt", **xl, negative=NEGATIVE),
        Row("SDXL, no guidance", **xl | {"scale": 1.0}),
        Row("SDXL, guidance rescale", **xl, rescale=0.5),
        Row("SDXL, batch of two", **xl, batch=2),
        Row("SDXL, sizes and crop", **xl, size=(64, 96), original=(512, 256), crop=(32, 8), target=(128, 192)),
        Row("SDXL, image to image", **xl, image="photo.png", strength=0.6, steps=5),
        Row("SDXL, inpainting by blending", **xl, image="photo.png", mask="mask.png", strength=0.8, steps=5),
        Row("SDXL, inpainting with nine channels", **xl | {"model": "sdxl-inpainting"}, image="photo.png", mask="mask.png", strength=1.0),
        Row("SDXL, ControlNet", **xl, controls=[("control-xl", "edges.png", 0.7)]),
        Row("SDXL, IP-Adapter", **xl, adapter="ip-sdxl.safetensors"),
        Row("SDXL, IP-Adapter Plus", **xl, adapter="ip-plus-sdxl.safetensors"),
    ]
    text += [Row(f"SDXL, {name}", **xl, scheduler=name, steps=5) for name in SCHEDULERS if name != "euler"]
    return text


# Comparison


def psnr(ours, theirs):
    error = np.mean((ours.astype(float) - theirs.astype(float)) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


# Export


def exports(likeness, root):
    """(row, problem) of folders that the program writes and the reference loads."""
    for row in (Row("sd15"), Row("sdxl", model="sdxl")):
        out = root / f"exported-{row.model}"
        command = [likeness, "model", "export", str(root / row.model), "-o", str(out)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        except OSError as error:
            yield row.model, str(error)
            continue
        if done.returncode:
            yield row.model, f"status {done.returncode}: {' '.join(done.stderr.strip().splitlines()[:3])[:300]}"
            continue
        problems = []
        parts = {"unet": diffusers.UNet2DConditionModel, "vae": diffusers.AutoencoderKL, "text_encoder": transformers.CLIPTextModel}
        if row.xl:
            parts["text_encoder_2"] = CLIPTextModelWithProjection
        try:
            for name, type in parts.items():
                _, report = type.from_pretrained(out / name, output_loading_info=True)
                problems += [f"{name}: {what} {sorted(keys)[:3]}" for what, keys in report.items() if keys]
            CLIPTokenizer.from_pretrained(out / "tokenizer")
            pipe = (StableDiffusionXLPipeline if row.xl else StableDiffusionPipeline).from_pretrained(out)
            pipe.set_progress_bar_config(disable=True)
            options = {"num_inference_steps": 3, "width": 64, "height": 64}
            make = lambda pipe: np.array(pipe(PROMPT, generator=torch.Generator().manual_seed(SEED), **options).images[0])
            if not np.array_equal(make(pipe), make(row.pipeline(root))):
                problems.append("another picture")
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}"[:300])
        yield row.model, "; ".join(problems)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness", nargs="?")
    parser.add_argument("rest", nargs="*", help="ignored")
    parser.add_argument("--only", default="", help="only rows whose name contains this text")
    parser.add_argument("--keep", help="write models, inputs and the reference's pictures here and leave them there")
    parser.add_argument("--reference-only", action="store_true", help="do not run the program")
    options = parser.parse_args()
    if not options.likeness and not options.reference_only:
        parser.error("name the program, or give --reference-only")
    root = pathlib.Path(options.keep or tempfile.mkdtemp()).resolve()
    if not (root / "mask.png").exists():
        root.mkdir(parents=True, exist_ok=True)
        prepare(root)
    (root / "pictures").mkdir(exist_ok=True)
    likeness = options.likeness and (shutil.which(options.likeness) or os.path.abspath(options.likeness))
    failures = count = 0
    try:
        print(f"{'picture':46} {'mean':>6} {'spread':>6} {'clipped':>8} {'PSNR':>7}  verdict")
        for row in rows():
            if options.only not in row.name:
                continue
            theirs = row.reference(root)
            for i, image in enumerate(theirs):
                Image.fromarray(image).save(root / "pictures" / f"{row.name.replace(' ', '-')}-{i}.png")
            every = np.stack(theirs)
            clipped = np.mean((every == 0) | (every == 255))
            # A flat or saturated picture would agree whatever the networks said.
            telling = every.std() > 15 and clipped < 0.5
            problem = "" if telling else "the reference's picture tells nothing"
            worst = None
            if not options.reference_only:
                ours, complaint = row.ours(likeness, root)
                problem = problem or complaint
                if not complaint and [image.shape for image in ours] != [image.shape for image in theirs]:
                    problem = f"{[image.shape for image in ours]}, expected {[image.shape for image in theirs]}"
                elif not complaint:
                    worst = min(psnr(a, b) for a, b in zip(ours, theirs))
                    problem = problem or ("" if worst >= BOUND else f"below {BOUND:.0f} dB")
            count += 1
            failures += bool(problem)
            shown = f"{worst:7.2f}" if worst is not None else f"{'':7}"
            verdict = f"FAIL: {problem}" if problem else "ok"
            print(f"{row.name:46} {every.mean():6.1f} {every.std():6.1f} {100 * clipped:7.1f}% {shown}  {verdict}", flush=True)
        if not options.reference_only and options.only in "export":
            for name, problem in exports(likeness, root):
                count += 1
                failures += bool(problem)
                print(f"{'export ' + name:46} {'':30}  {'FAIL: ' + problem if problem else 'ok'}", flush=True)
    finally:
        if not options.keep:
            shutil.rmtree(root)
    print(f"{count} rows, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
