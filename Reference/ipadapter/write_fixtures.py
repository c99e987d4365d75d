"""Writes projections.safetensors: the image projections of every kind of IP-Adapter, from diffusers.

Weights are random, in the published files' layout; diffusers converts them itself when it loads them.
Holds KIND/weight.image_proj.NAME, KIND/input/{embedding, tokens} and KIND/output.

    python Reference/ipadapter/write_fixtures.py
"""

import pathlib

import torch
from diffusers.loaders.unet import UNet2DConditionLoadersMixin
from safetensors.torch import save_file

torch.set_num_threads(1)


def draw(shapes, generator):
    """Matrices N(0, 1 / fan-in), norms around 1, biases small: nothing is left at its default."""
    weights = {}
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=generator)
        if len(shape) > 1 and name != "latents":
            noise = noise / shape[1] ** 0.5
        elif name.endswith("weight"):
            noise = 1 + 0.25 * noise.tanh()
        elif name != "latents":
            noise = 0.1 * noise
        weights[name] = noise
    return weights


def resampler(inner, inputs, outputs, heads):
    """Four blocks, as diffusers expects of FaceID Plus."""
    shapes = {"proj_in.weight": [inner, inputs], "proj_in.bias": [inner]}
    shapes |= {"proj_out.weight": [outputs, inner], "proj_out.bias": [outputs]}
    shapes |= {"norm_out.weight": [outputs], "norm_out.bias": [outputs]}
    for i in range(4):
        own = f"layers.{i}"
        for norm in (f"{own}.0.norm1", f"{own}.0.norm2", f"{own}.1.0"):
            shapes |= {f"{norm}.weight": [inner], f"{norm}.bias": [inner]}
        shapes |= {f"{own}.0.to_q.weight": [64 * heads, inner], f"{own}.0.to_kv.weight": [128 * heads, inner]}
        shapes |= {f"{own}.0.to_out.weight": [inner, 64 * heads], f"{own}.1.1.weight": [4 * inner, inner]}
        shapes |= {f"{own}.1.3.weight": [inner, 4 * inner]}
    return shapes


def face(hidden, inputs, outputs, channels):
    shapes = {"proj.0.weight": [hidden, inputs], "proj.0.bias": [hidden]}
    shapes |= {"proj.2.weight": [outputs, hidden], "proj.2.bias": [outputs]}
    return shapes | {"norm.weight": [channels], "norm.bias": [channels]}


KINDS = {
    "plain": {"proj.weight": [96, 20], "proj.bias": [96], "norm.weight": [24], "norm.bias": [24]},
    "plus": {"latents": [1, 6, 32]} | resampler(32, 20, 24, 1),
    "faceid": face(32, 16, 96, 24),
    "faceid-plus": face(32, 16, 128, 32)
    | {f"perceiver_resampler.{k}": v for k, v in resampler(32, 20, 32, 1).items()},
}


def main():
    generator = torch.Generator().manual_seed(11)
    tensors = {}
    for kind, shapes in KINDS.items():
        weights = draw(shapes, generator)
        embedding = torch.randn(2, 20 if kind == "plain" else 16, generator=generator)
        tokens = torch.randn(2, 9, 20, generator=generator)
        loader = UNet2DConditionLoadersMixin()
        layer = loader._convert_ip_adapter_image_proj_to_diffusers(weights, low_cpu_mem_usage=False).eval()
        with torch.no_grad():
            if kind == "plus":
                outputs = {"output": layer(tokens)}
            elif kind == "faceid-plus":
                # One picture at a time: the reference's own shape for CLIP's tokens is [B, 1, N, E].
                layer.clip_embeds = tokens[:, None]
                outputs = {"output": layer(embedding[:, None])}
                layer.shortcut, layer.shortcut_scale = True, 0.7
                outputs["shortcut"] = layer(embedding[:, None])
            else:
                outputs = {"output": layer(embedding)}
        tensors |= {f"{kind}/weight.image_proj.{name}": value for name, value in weights.items()}
        tensors |= {f"{kind}/input/embedding": embedding, f"{kind}/input/tokens": tokens}
        tensors |= {f"{kind}/{name}": value.reshape(2, -1, value.shape[-1]) for name, value in outputs.items()}
    path = pathlib.Path(__file__).parent / "projections.safetensors"
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, path)
    path.chmod(0o644)
    print({key: list(value.shape) for key, value in tensors.items() if "/weight/" not in key}, path.stat().st_size)


if __name__ == "__main__":
    main()
