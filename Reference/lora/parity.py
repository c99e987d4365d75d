"""Compares low-rank adapters with diffusers: files of PEFT and of kohya's layout, SD1.5 and SDXL, alone and two at once.

    python parity.py LIKENESS

Small models of random weights; the adapters are random too. Kohya's files are written out here from its documentation:
`lora_unet_` and a module's path with underscores, the original modules' paths for SDXL; `lora_te_`, `lora_te1_`, `lora_te2_`;
an `alpha` a module; convolutions too (LoCon). PSNR of 50 dB and more passes. Exits with 1 if a row fails.
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
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from PIL import Image
from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "single_files"))
import ldm_names

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
SEED, BOUND = 20261122, 50.0
PROMPT = "a portrait of a woman in a red hat, studio light"
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
TEXT = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]
CONVOLUTIONS = ["conv1", "conv2", "conv_shortcut", "proj_in", "proj_out"]


def modules(network, ends):
    return {name: module for name, module in network.named_modules()
            if any(name == end or name.endswith("." + end) for end in ends) and hasattr(module, "weight")}  # fmt: skip


def pair(module, rank, generator):
    """Down and up of a layer."""
    shape = module.weight.shape
    down = torch.randn(rank, *shape[1:], generator=generator) / math.sqrt(math.prod(shape[1:]))
    up = torch.randn(shape[0], rank, *[1] * (len(shape) - 2), generator=generator) / math.sqrt(rank)
    return down, up


def kohya(pipe, xl, generator, original):
    """A file's tensors; with `original`, SDXL's UNet by the original modules' paths."""
    tensors = {}
    config = pipe.unet.config
    attends = ["CrossAttn" in kind for kind in reversed(config.down_block_types)]
    networks = [("lora_unet", pipe.unet, ATTENTION + ["ff.net.0.proj", "ff.net.2"] + CONVOLUTIONS)]
    networks += [("lora_te1" if xl else "lora_te", pipe.text_encoder, TEXT)] + ([("lora_te2", pipe.text_encoder_2, TEXT)] if xl else [])
    for prefix, network, ends in networks:
        for name, module in modules(network, ends).items():
            # One rank and alpha for linear layers, one for convolutions, as kohya's scripts have them. (Where they vary
            # from layer to layer within attention, diffusers 0.42.1 does not follow the files.)
            rank, alpha = (2, 1.0) if module.weight.ndim == 4 else (4, 2.0)
            if prefix == "lora_unet" and original:
                name = ldm_names.unet(name + ".weight", config.layers_per_block, attends).removesuffix(".weight")
            if prefix != "lora_unet" and not name.startswith("text_model."):
                name = "text_model." + name
            down, up = pair(module, rank, generator)
            own = f"{prefix}_{name.replace('.', '_')}"
            tensors |= {f"{own}.lora_down.weight": down, f"{own}.lora_up.weight": 0.5 * up, f"{own}.alpha": torch.tensor(alpha)}
    return tensors


def peft(pipe, xl, seed, out):
    """A file as diffusers' training scripts save it."""
    torch.manual_seed(seed)
    layers = {}
    networks = [("unet", pipe.unet, ATTENTION), ("text_encoder", pipe.text_encoder, TEXT[:4])]
    networks += [("text_encoder_2", pipe.text_encoder_2, TEXT[:4])] if xl else []
    for name, network, ends in networks:
        network.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=ends, init_lora_weights="gaussian"))
        for key, parameter in network.named_parameters():
            if "lora_B" in key:
                torch.nn.init.normal_(parameter, std=0.3)
        key = {"unet": "unet_lora_layers"}.get(name, f"{name}_lora_layers")
        layers[key] = get_peft_model_state_dict(network)
    type(pipe).save_lora_weights(out.parent, weight_name=out.name, **layers)


def main():
    likeness = str(pathlib.Path(sys.argv[1]).resolve())
    passed = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for model, kind in [("sd15", StableDiffusionPipeline), ("sdxl", StableDiffusionXLPipeline)]:
            xl = model == "sdxl"
            folder = scratch / model
            subprocess.run([likeness, "model", "init", "--like", model, "--tiny", "-o", folder], check=True, capture_output=True)

            def fresh():
                pipe = kind.from_pretrained(folder)
                pipe.set_progress_bar_config(disable=True)
                return pipe

            generator = torch.Generator().manual_seed(9)
            files = {name: scratch / f"{model}-{name}.safetensors" for name in ["kohya", "peft", "original"]}
            save_file(kohya(fresh(), xl, generator, False), files["kohya"])
            peft(fresh(), xl, 5, files["peft"])
            rows = [("without", []), ("PEFT, 1", [("peft", 1.0)]), ("PEFT, 0.7", [("peft", 0.7)]), ("kohya, 0.7", [("kohya", 0.7)]),
                    ("two, 0.7 and 0.4", [("kohya", 0.7), ("peft", 0.4)])]  # fmt: skip
            if xl:
                save_file(kohya(fresh(), xl, generator, True), files["original"])
                rows.append(("kohya, original names, 0.7", [("original", 0.7)]))
            plain = None
            for name, adapters in rows:
                pipe = fresh()
                for file, _ in adapters:
                    pipe.load_lora_weights(files[file], adapter_name=file)
                if adapters:
                    pipe.set_adapters([file for file, _ in adapters], [weight for _, weight in adapters])
                theirs = np.array(pipe(PROMPT, num_inference_steps=4, guidance_scale=5, width=64, height=64,
                                       generator=torch.Generator().manual_seed(SEED)).images[0])  # fmt: skip
                out = scratch / "out.png"
                words = [likeness, "image", "--dtype", "fp32", "--model", folder, "-p", PROMPT, "--steps", 4, "--cfg-scale", 5, "--seed", SEED, "-W", 64,
                         "-H", 64, "-o", out, "--force", "-q"]  # fmt: skip
                for file, weight in adapters:
                    words += ["--lora", files[file], "--lora-scale", weight]
                done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
                ours = np.array(Image.open(out).convert("RGB")) if done.returncode == 0 else np.zeros_like(theirs)
                distance = lambda a, b: math.inf if (e := np.mean((a.astype(float) - b.astype(float)) ** 2)) == 0 else 10 * math.log10(255**2 / e)
                plain = theirs if plain is None else plain
                passed.append(distance(ours, theirs) >= BOUND and (not adapters or distance(theirs, plain) < 40))
                print(f"{'ok  ' if passed[-1] else 'FAIL'} {model} {name:28} {distance(ours, theirs):6.1f} dB "
                      f"(without adapters {distance(theirs, plain):.0f} dB away) {done.stderr.strip()[:300]}", flush=True)  # fmt: skip
    print(f"{sum(passed)} of {len(passed)} rows")
    sys.exit(0 if passed and all(passed) else 1)


if __name__ == "__main__":
    main()
