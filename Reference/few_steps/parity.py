"""Compares whole pictures with diffusers: samplers and their noise levels, models of few steps, taught words.

    python parity.py LIKENESS [ROWS]

Small SD1.5 and SDXL models of random weights. DPM++ SDE is left out: diffusers draws its noise from torchsde's tree of
Brownian motion; its steps are compared in `Reference/schedulers`. PSNR of 50 dB and more passes; ROWS keeps rows whose name
has that in it. Exits with 1 if a row fails.
"""

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
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from PIL import Image
from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "single_files"))
import ldm_names

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
SEED, BOUND = 20261122, 50.0
PROMPT = "a portrait of a woman in a red hat, studio light"
SAMPLERS = {
    "euler": "EulerDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "dpm++2m": "DPMSolverMultistepScheduler",
    "dpm++2m-sde": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "lcm": "LCMScheduler",
    "tcd": "TCDScheduler",
}
SIGMAS = {"karras": {"use_karras_sigmas": True}, "exponential": {"use_exponential_sigmas": True}, None: {}}


def sampler(pipe, kind, **settings):
    if kind == "dpm++2m-sde":
        settings["algorithm_type"] = "sde-dpmsolver++"
    pipe.scheduler = getattr(diffusers, SAMPLERS[kind]).from_config(pipe.scheduler.config, **settings)


def guided(folder, seed):
    """The UNet of a latent consistency model: it is told the guidance."""
    torch.manual_seed(seed)
    config = UNet2DConditionModel.load_config(folder / "unet")
    unet = UNet2DConditionModel.from_config(config | {"time_cond_proj_dim": 32})
    with torch.no_grad():
        for parameter in unet.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.03)
    return unet.eval()


def ldm(unet, xl):
    config = unet.config
    attends = ["CrossAttn" in kind for kind in reversed(config.down_block_types)]
    rename = lambda name: "model.diffusion_model." + ldm_names.unet(name, config.layers_per_block, attends)
    return {rename(name): tensor.contiguous() for name, tensor in unet.state_dict().items()}


def rows(folder, model, kind, scratch):
    """Name, what changes the pipeline, flags."""
    xl = model == "sdxl"
    for name in SAMPLERS:
        levels = [None] if name in ("lcm", "tcd") else SIGMAS
        for sigmas in levels:
            flags = ["--scheduler", name] + (["--sigmas", sigmas] if sigmas else [])
            yield f"{name} {sigmas or ''}", lambda p, n=name, s=sigmas: sampler(p, n, **SIGMAS[s]), flags, {}
    yield "tcd, eta 0.3", lambda p: sampler(p, "tcd"), ["--scheduler", "tcd", "--eta", 0.3], {"eta": 0.3}
    spaced = ["--scheduler", "euler", "--spacing", "trailing", "--cfg-scale", 0]
    yield "Lightning's settings", lambda p: sampler(p, "euler", timestep_spacing="trailing"), spaced, {"guidance_scale": 0}

    # Lightning's UNet is a file in diffusers' names, others are in the original ones.
    torch.manual_seed(3)
    other = UNet2DConditionModel.from_pretrained(folder / "unet")
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.03)
    other = other.eval()
    today, original = scratch / f"{model}-unet.safetensors", scratch / f"{model}-ldm.safetensors"
    save_file({k: v.contiguous() for k, v in other.state_dict().items()}, today)
    save_file(ldm(other, xl), original)
    put = lambda p: setattr(p, "unet", other)
    yield "another UNet", put, ["--unet", today], {}
    yield "another UNet, original names", put, ["--unet", original], {}
    lcm = guided(folder, 4)
    lcm_file = scratch / f"{model}-lcm.safetensors"
    save_file({k: v.contiguous() for k, v in lcm.state_dict().items()}, lcm_file)

    def consistent(pipe):
        pipe.unet = lcm
        sampler(pipe, "lcm")

    for scale in [1.0, 8.0]:
        yield f"LCM's UNet, guidance {scale:g}", consistent, ["--unet", lcm_file, "--scheduler", "lcm", "--cfg-scale", scale], {"guidance_scale": scale}  # fmt: skip

    # Words: A1111's two kinds and diffusers', one vector and several.
    generator = torch.Generator().manual_seed(8)
    widths = [kind.from_pretrained(folder).text_encoder.config.hidden_size] + ([kind.from_pretrained(folder).text_encoder_2.config.hidden_size] if xl else [])
    vectors = [torch.randn(3, width, generator=generator) * 0.3 for width in widths]

    def taught(pipe, token="<cat-toy>"):
        for vector, (encoder, tokenizer) in zip(vectors, [(pipe.text_encoder, pipe.tokenizer)] + ([(pipe.text_encoder_2, pipe.tokenizer_2)] if xl else [])):
            pipe.load_textual_inversion({token: vector} if len(vector) > 1 else vector, token=token, text_encoder=encoder, tokenizer=tokenizer)

    plain = "a photo of <cat-toy> by the sea"
    end = kind.from_pretrained(folder).tokenizer.eos_token_id

    def by_its_end(pipe):
        # Old configurations say 2, and transformers then takes the token of the largest number for the end: with taught
        # words that is their last vector. The end's state is what the model was trained with, and what is taken here.
        taught(pipe)
        for encoder in [pipe.text_encoder, pipe.text_encoder_2]:
            encoder.config.eos_token_id = end
            getattr(encoder, "text_model", encoder).eos_token_id = end

    if xl:
        file = scratch / "sdxl-word.safetensors"
        save_file({"clip_l": vectors[0], "clip_g": vectors[1]}, file)
        yield "a word, clip_l and clip_g", by_its_end, ["--embedding", f"{file}=<cat-toy>", "--plain-prompt"], {"prompt": plain}
        return
    files = {name: scratch / f"{name}" for name in ["a.safetensors", "learned_embeds.bin", "cat-toy.pt"]}
    save_file({"emb_params": vectors[0]}, files["a.safetensors"])
    torch.save({"<cat-toy>": vectors[0]}, files["learned_embeds.bin"])
    torch.save({"string_to_token": {"*": 265}, "string_to_param": {"*": vectors[0]}, "name": "cat-toy", "step": 9}, files["cat-toy.pt"])
    yield "a word, emb_params", taught, ["--embedding", f"{files['a.safetensors']}=<cat-toy>", "--plain-prompt"], {"prompt": plain}
    yield "a word, learned_embeds.bin", taught, ["--embedding", files["learned_embeds.bin"]], {"prompt": plain}
    yield "a word, A1111's .pt by its name", lambda p: taught(p, "cat-toy"), ["--embedding", files["cat-toy.pt"]], {"prompt": "a photo of cat-toy by the sea"}


def main():
    likeness = str(pathlib.Path(sys.argv[1]).resolve())
    # `make parity` tells every script that it is an oracle.
    wanted = "".join(word for word in sys.argv[2:] if word != "oracle")
    passed = []
    distance = lambda a, b: math.inf if (e := np.mean((a.astype(float) - b.astype(float)) ** 2)) == 0 else 10 * math.log10(255**2 / e)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for model, kind in [("sd15", StableDiffusionPipeline), ("sdxl", StableDiffusionXLPipeline)]:
            folder = scratch / model
            subprocess.run([likeness, "model", "init", "--like", model, "--tiny", "-o", folder], check=True, capture_output=True)

            def picture(change, **settings):
                pipe = kind.from_pretrained(folder, safety_checker=None)
                pipe.set_progress_bar_config(disable=True)
                change(pipe)
                settings = {"prompt": PROMPT, "num_inference_steps": 5, "guidance_scale": 5, "width": 128, "height": 128} | settings
                return np.array(pipe(generator=torch.Generator().manual_seed(SEED), **settings).images[0])

            for name, change, flags, settings in rows(folder, model, kind, scratch):
                if wanted not in name:
                    continue
                theirs = picture(change, **settings)
                plain = picture(lambda p: None, **({"prompt": settings["prompt"]} if "prompt" in settings else {}))
                out = scratch / "out.png"
                words = [likeness, "image", "--dtype", "fp32", "--model", folder, "-p", settings.get("prompt", PROMPT), "--steps", 5, "--seed", SEED,
                         "-W", 128, "-H", 128, "-o", out, "--force", "-q"] + flags  # fmt: skip
                if "--cfg-scale" not in flags:
                    words += ["--cfg-scale", 5]
                done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
                ours = np.array(Image.open(out).convert("RGB")) if done.returncode == 0 else np.zeros_like(theirs)
                # SDXL's own sampler is Euler's.
                changed = distance(theirs, plain) < 50 or (model, name.strip()) == ("sdxl", "euler")
                passed.append(distance(ours, theirs) >= BOUND and changed)
                print(f"{'ok  ' if passed[-1] else 'FAIL'} {model} {name:32} {distance(ours, theirs):6.1f} dB "
                      f"(the plain model's is {distance(theirs, plain):.0f} dB away) {done.stderr.strip()[:300]}", flush=True)  # fmt: skip
    print(f"{sum(passed)} of {len(passed)} rows")
    sys.exit(0 if passed and all(passed) else 1)


if __name__ == "__main__":
    main()
