"""Writes keys/: names and shapes of the published networks' parameters, as the reference builds them.

No weights: every network is built on PyTorch's meta device. A file is a tree: each line adds its words
to the path of the line above that is indented less, and a line that ends in numbers is a parameter of
that shape (`-` stands for a number's absence: a scalar).

    python Reference/diffusion/write_keys.py [--compare FOLDER]

--compare: also checks each list against FOLDER/NAME.txt, lines of `name<TAB>[shape]...`.
"""

import argparse
import json
import pathlib

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

import network_cases

SDXL = {
    **network_cases.blocks("dcc"),
    "block_out_channels": [320, 640, 1280],
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}


def controlnet(config):
    return ControlNetModel(**{key: value for key, value in config.items() if key not in ("up_block_types", "sample_size")})


def clip(type, config, hidden, intermediate, layers, heads, projection, **more):
    return type(config(hidden_size=hidden, intermediate_size=intermediate, num_hidden_layers=layers,
                       num_attention_heads=heads, projection_dim=projection, **more))  # fmt: skip


def networks():
    """Each published network by name."""
    yield "sd15_unet", UNet2DConditionModel(**network_cases.SD15_UNET)
    yield "sdxl_unet", UNet2DConditionModel(**SDXL)
    yield "sd15_controlnet", controlnet(network_cases.SD15_UNET)
    yield "sdxl_controlnet", controlnet(SDXL)
    yield "sd_vae", AutoencoderKL(**network_cases.SD15_VAE)
    yield "clip_l_text", clip(CLIPTextModel, CLIPTextConfig, 768, 3072, 12, 12, 768, vocab_size=49408)
    yield "openclip_bigg_text", clip(CLIPTextModelWithProjection, CLIPTextConfig, 1280, 5120, 32, 20, 1280, vocab_size=49408)
    yield "clip_vit_l14_vision", clip(CLIPVisionModelWithProjection, CLIPVisionConfig, 1024, 4096, 24, 16, 768, patch_size=14)
    yield "openclip_vit_h14_vision", clip(CLIPVisionModelWithProjection, CLIPVisionConfig, 1280, 5120, 32, 16, 1024, patch_size=14)


def resampler(inputs, channels, outputs, depth):
    """The parameters of an image projection's resampler, whose class no library has."""
    shapes = {"proj_in.weight": (channels, inputs), "proj_in.bias": (channels,)}
    shapes |= {"proj_out.weight": (outputs, channels), "proj_out.bias": (outputs,)}
    shapes |= {f"norm_out.{part}": (outputs,) for part in ("weight", "bias")}
    for i in range(depth):
        norms = [f"layers.{i}.{name}" for name in ("0.norm1", "0.norm2", "1.0")]
        shapes |= {f"{name}.{part}": (channels,) for name in norms for part in ("weight", "bias")}
        for name, size in {"0.to_q": (channels, channels), "0.to_kv": (2 * channels, channels), "0.to_out": (channels, channels),
                           "1.1": (4 * channels, channels), "1.3": (channels, 4 * channels)}.items():  # fmt: skip
            shapes[f"layers.{i}.{name}.weight"] = size
    return shapes


def face_projection(channels, tokens=4, embedding=512, hidden=1024, vision=None):
    """IP-Adapter FaceID's `image_proj`: two layers on a face embedding, and Plus's resampler over CLIP tokens."""
    shapes = {"proj.0.weight": (hidden, embedding), "proj.0.bias": (hidden,)}
    shapes |= {"proj.2.weight": (tokens * channels, hidden), "proj.2.bias": (tokens * channels,)}
    shapes |= {"norm.weight": (channels,), "norm.bias": (channels,)}
    if vision:
        shapes |= {f"perceiver_resampler.{key}": shape for key, shape in resampler(vision, channels, channels, 4).items()}
    return shapes


def lists():
    with torch.device("meta"):
        for name, model in networks():
            yield name, {key: tuple(parameter.shape) for key, parameter in model.named_parameters()}
    yield "ipadapter_faceid_sdxl_image_proj", face_projection(2048)
    yield "ipadapter_faceid_plus_sd15_image_proj", face_projection(768, vision=1280)
    yield "ipadapter_faceid_plusv2_sdxl_image_proj", face_projection(2048, vision=1280)


def tree(shapes):
    """Lines of the tree; a chain without branches is one line."""
    root = {}
    for key, shape in shapes.items():
        node = root
        for word in key.split("."):
            node = node.setdefault(word, {})
        node[None] = shape

    def lines(node, depth):
        for word, child in node.items():
            if word is None:
                continue
            while len(child) == 1 and None not in child:
                ((next_word, child),) = child.items()
                word += "." + next_word
            shape = child.get(None)
            sizes = "" if shape is None else " " + (" ".join(map(str, shape)) or "-")
            yield " " * depth + word + sizes
            yield from lines(child, depth + 1)

    return "\n".join(lines(root, 0)) + "\n"


def read(path):
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return {row[0]: tuple(json.loads(row[1])) for row in rows}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compare", type=pathlib.Path)
    options = parser.parse_args()
    folder = pathlib.Path(__file__).parent / "keys"
    folder.mkdir(exist_ok=True)
    for name, shapes in lists():
        text = tree(shapes)
        (folder / f"{name}.txt").write_text(text)
        verdict = ""
        if options.compare:
            verdict = "equal" if read(options.compare / f"{name}.txt") == shapes else "DIFFERENT"
        print(f"{name:42} {len(shapes):5} parameters {len(text):6} bytes {verdict}")


if __name__ == "__main__":
    main()
