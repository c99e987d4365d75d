"""Writes fixtures/step.safetensors: IC-Portrait's conditioned step, written out in PyTorch on diffusers' UNet.

Nothing here is shared with the Swift side but the rule by which weights are drawn (`randomise` of
../diffusion/models.py). The warp is written out as sums of four neighbours, the flow as a search over
all pairs, W_l by the paper's formula.

    python Reference/icportrait/write_fixtures.py

Holds input/{canvas, timestep, context, condition}, flow/{SIDE} (backward, cells), cycle, warped/{LEVEL}
(residuals after equation 7), noise/{SIDE} and noise/plain (without warping). config.json beside it is
the UNet's.
"""

import json
import math
import pathlib
import sys

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "diffusion"))
import models  # noqa: E402

torch.set_num_threads(1)
CONFIG = {
    "act_fn": "silu", "attention_head_dim": 4, "block_out_channels": [16, 32, 48], "center_input_sample": False,
    "cross_attention_dim": 24, "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "downsample_padding": 1, "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 4, "layers_per_block": 1,
    "mid_block_scale_factor": 1, "norm_eps": 1e-5, "norm_num_groups": 8, "out_channels": 4, "sample_size": 16,
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
}  # fmt: skip
SEEDS = {"base": 60000, "matching": 61000, "appearance": 62000}
BLOCKS = [1, 2]
ALPHA, BETA = 0.8, 0.2


class LatentControl(torch.nn.Module):
    """The UNet's down path with a latent for a condition."""

    def __init__(self):
        super().__init__()
        unet = UNet2DConditionModel(**CONFIG)
        self.time_proj = unet.time_proj
        self.time_embedding, self.conv_in = unet.time_embedding, unet.conv_in
        self.down_blocks, self.mid_block = unet.down_blocks, unet.mid_block
        channels = CONFIG["block_out_channels"]
        self.latent_cond_in = torch.nn.Conv2d(4, channels[0], 3, padding=1)
        skips = [channels[0]]
        for index, width in enumerate(channels):
            skips += [width] * (CONFIG["layers_per_block"] + (index < len(channels) - 1))
        self.controlnet_down_blocks = torch.nn.ModuleList(torch.nn.Conv2d(width, width, 1) for width in skips)
        self.controlnet_mid_block = torch.nn.Conv2d(channels[-1], channels[-1], 1)

    def forward(self, sample, timestep, context, condition):
        time = self.time_embedding(self.time_proj(timestep))
        x = self.conv_in(sample) + self.latent_cond_in(condition)
        features = [x]
        for block in self.down_blocks:
            arguments = {"encoder_hidden_states": context} if getattr(block, "has_cross_attention", False) else {}
            x, own = block(x, time, **arguments)
            features += own
        x = self.mid_block(x, time, encoder_hidden_states=context)
        residuals = [conv(value) for conv, value in zip(self.controlnet_down_blocks, features)]
        return [*features, x], residuals, self.controlnet_mid_block(x)


def halves(x, target_on):
    left, right = x.chunk(2, dim=-1)
    return (left, right) if target_on == "left" else (right, left)


def descriptors(features):
    per_block = CONFIG["layers_per_block"] + 1
    chosen = [features[block * per_block + CONFIG["layers_per_block"]] for block in BLOCKS]
    height = max(value.shape[2] for value in chosen)
    parts = []
    for value in chosen:
        fine = [torch.nn.functional.interpolate(half, size=(height, height), mode="bilinear") for half in value.chunk(2, dim=-1)]
        parts.append(torch.nn.functional.normalize(torch.cat(fine, -1), dim=1))
    return torch.cat(parts, 1)


def search(target, source):
    """For each cell of the target the most similar of the source, one after the other."""
    batch, _, height, width = target.shape
    flow = torch.zeros(batch, 2, height, width)
    least = math.inf
    for b in range(batch):
        for y in range(height):
            for x in range(width):
                alike = torch.nn.functional.cosine_similarity(target[b, :, y, x, None, None], source[b], dim=0)
                best = int(alike.flatten().argmax())
                two = alike.flatten().topk(2).values
                least = min(least, float(two[0] - two[1]))
                flow[b, 0, y, x], flow[b, 1, y, x] = best % width - x, best // width - y
    assert least > 1e-6, "two matches are too alike for a test"
    return flow


def resize(flow, height, width):
    fine = torch.nn.functional.interpolate(flow, size=(height, width), mode="bilinear", align_corners=False)
    return fine * torch.tensor([width / flow.shape[3], height / flow.shape[2]])[None, :, None, None]


def warp(source, flow):
    """Bilinear, the border's beyond it, as a sum of four neighbours."""
    batch, channels, height, width = source.shape
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    x = (x + flow[:, 0]).clamp(0, width - 1)
    y = (y + flow[:, 1]).clamp(0, height - 1)
    x0, y0 = x.floor(), y.floor()
    total = torch.zeros_like(source)
    for dx in (0, 1):
        for dy in (0, 1):
            weight = (1 - (x - x0 - dx).abs()) * (1 - (y - y0 - dy).abs())
            column, row = (x0 + dx).clamp(max=width - 1).long(), (y0 + dy).clamp(max=height - 1).long()
            places = (row * width + column).reshape(batch, 1, -1).expand(-1, channels, -1)
            total += weight[:, None] * source.flatten(2).gather(2, places).view_as(source)
    return total


def blend(residual, flow, weight, target_on):
    target, profile = halves(residual, target_on)
    moved = target + weight * warp(profile, resize(flow, *profile.shape[2:]))
    return torch.cat([moved, profile] if target_on == "left" else [profile, moved], -1)


@torch.no_grad()
def main():
    base = models.randomise(UNet2DConditionModel(**CONFIG), SEEDS["base"])
    matching = models.randomise(LatentControl(), SEEDS["matching"])
    appearance = models.randomise(LatentControl(), SEEDS["appearance"])
    generator = torch.Generator().manual_seed(1)
    canvas, condition = (torch.randn(2, 4, 16, 32, generator=generator) for _ in range(2))
    context = torch.randn(2, 1, 24, generator=generator)
    timestep = torch.tensor([981, 301])
    given = {"canvas": canvas, "timestep": timestep, "context": context, "condition": condition}
    tensors = {f"input/{name}": value for name, value in given.items()}
    found = descriptors(matching(canvas, timestep, context, condition)[0])
    _, residuals, mid = appearance(canvas, timestep, context, condition)
    for side in ("left", "right"):
        target, profile = halves(found, side)
        flow, back = search(target, profile), search(profile, target)
        tensors[f"flow/{side}"] = flow
        tensors[f"cycle/{side}"] = (flow + warp(back, flow)).norm(dim=1, keepdim=True)
        levels = len(residuals)
        weights = [(1 - level / levels) * ALPHA + BETA for level in range(levels + 1)]
        moved = [blend(value, flow, weight, side) for value, weight in zip([*residuals, mid], weights)]
        if side == "left":
            tensors |= {f"warped/{level}": value for level, value in enumerate(moved)}
        tensors[f"noise/{side}"] = base(
            canvas, timestep, context, down_block_additional_residuals=moved[:-1], mid_block_additional_residual=moved[-1]
        ).sample
    tensors["noise/plain"] = base(
        canvas, timestep, context, down_block_additional_residuals=residuals, mid_block_additional_residual=mid
    ).sample
    folder = HERE / "fixtures"
    folder.mkdir(exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "step.safetensors")
    (folder / "config.json").write_text(json.dumps({"_class_name": "UNet2DConditionModel", **CONFIG}, indent=2) + "\n")


if __name__ == "__main__":
    main()
