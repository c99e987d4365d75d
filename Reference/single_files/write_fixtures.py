"""Writes names.txt: what diffusers' reader makes of the original names, a line `network<TAB>original<TAB>today` each.

    python write_fixtures.py LIKENESS

Every tensor of a network, whose shapes `LIKENESS model init` gives, is filled with a number of its own before diffusers
converts it, so the pairs are diffusers' and not this script's.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from diffusers.loaders import single_file_utils as reader

import parity


def tagged(names):
    """Tensors of these shapes, each full of its place in the list."""
    return {name: torch.tensor(float(index)).expand(shape) for index, (name, shape) in enumerate(sorted(names.items()))}


def pairs(names, convert):
    order = sorted(names)
    return [(order[int(tensor.flatten()[0])], name) for name, tensor in sorted(convert(tagged(names)).items())]


def main():
    likeness = str(pathlib.Path(sys.argv[1]).resolve())
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        for model, net in [("sd15", "unet"), ("sdxl", "unet"), ("sd15", "vae"), ("sd15-controlnet", "")]:
            folder = pathlib.Path(scratch, model)
            if not folder.exists():
                subprocess.run([likeness, "model", "init", "--like", model, "--tiny", "-o", folder], check=True)
            config = json.loads((folder / net / "config.json").read_text())
            kind = net or "controlnet"
            prefix = {"unet": "model.diffusion_model.", "vae": "first_stage_model.", "controlnet": ""}[kind]
            original = parity.autoencoder(folder, net) if kind == "vae" else parity.denoiser(folder, net)
            names = {prefix + name: tensor.shape for name, tensor in original.items()}
            convert = {"unet": reader.convert_ldm_unet_checkpoint, "vae": reader.convert_ldm_vae_checkpoint,
                       "controlnet": reader.convert_controlnet_checkpoint}[kind]  # fmt: skip
            found = pairs(names, lambda tensors: convert(tensors, config))
            lines += [f"{model} {kind}\t{theirs.removeprefix(prefix)}\t{ours}" for theirs, ours in found]
    out = pathlib.Path(__file__).with_name("names.txt")
    out.write_text("\n".join(lines) + "\n")
    print(len(lines), "names")


if __name__ == "__main__":
    main()
