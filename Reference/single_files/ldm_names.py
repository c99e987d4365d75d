"""Writes the tensors of a diffusers pipeline into one file, under the names of the original latent diffusion code.

The way there and ours back are written apart: this one from the layout of the original modules, the program's from the
file's names. diffusers' own reader (`from_single_file`) is the judge of both.
"""

import re

import torch


def residual(rest):
    names = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
             "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}  # fmt: skip
    head, tail = rest.split(".", 1)
    return f"{names[head]}.{tail}"


def unet(name, layers, attends_up):
    """A UNet's or ControlNet's name. `attends_up`: whether each level of the way up has attention."""
    fixed = {"time_embedding.linear_1.": "time_embed.0.", "time_embedding.linear_2.": "time_embed.2.",
             "add_embedding.linear_1.": "label_emb.0.0.", "add_embedding.linear_2.": "label_emb.0.2.",
             "conv_in.": "input_blocks.0.0.", "conv_norm_out.": "out.0.", "conv_out.": "out.2.",
             "controlnet_mid_block.": "middle_block_out.0.", "mid_block.attentions.0.": "middle_block.1."}  # fmt: skip
    if match := re.match(r"controlnet_cond_embedding\.(conv_in|conv_out|blocks\.(\d+))\.(.*)", name):
        place = 0 if match[1] == "conv_in" else 14 if match[1] == "conv_out" else 2 * int(match[2]) + 2
        return f"input_hint_block.{place}.{match[3]}"
    for start, other in fixed.items():
        if name.startswith(start):
            return other + name[len(start):]
    if match := re.match(r"controlnet_down_blocks\.(\d+)\.(.*)", name):
        return f"zero_convs.{match[1]}.0.{match[2]}"
    if match := re.match(r"mid_block\.resnets\.(\d)\.(.*)", name):
        return f"middle_block.{2 * int(match[1])}.{residual(match[2])}"
    match = re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)", name)
    way, block, part, layer, rest = match[1], int(match[2]), match[3], int(match[4]), match[5]
    if way == "down":
        place = 1 + block * (layers + 1) + (layers if part == "downsamplers" else layer)
        if part == "downsamplers":
            return f"input_blocks.{place}.0.op.{rest.split('.', 1)[1]}"
        return f"input_blocks.{place}.0.{residual(rest)}" if part == "resnets" else f"input_blocks.{place}.1.{rest}"
    place = block * (layers + 1) + (layers if part == "upsamplers" else layer)
    if part == "upsamplers":
        return f"output_blocks.{place}.{2 if attends_up[block] else 1}.conv.{rest.split('.', 1)[1]}"
    return f"output_blocks.{place}.0.{residual(rest)}" if part == "resnets" else f"output_blocks.{place}.1.{rest}"


def autoencoder(name, levels):
    if name.startswith(("quant_conv.", "post_quant_conv.")):
        return name
    side, rest = name.split(".", 1)
    rest = rest.replace("conv_shortcut", "nin_shortcut")
    rest = rest.replace("conv_norm_out", "norm_out")
    rest = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", rest)
    for ours, theirs in [("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v"), ("to_out.0", "proj_out")]:
        rest = rest.replace(f"mid_block.attentions.0.{ours}.", f"mid.attn_1.{theirs}.")
    rest = re.sub(r"down_blocks\.(\d+)\.resnets\.", r"down.\1.block.", rest)
    rest = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", rest)
    rest = re.sub(r"up_blocks\.(\d+)\.resnets\.", lambda m: f"up.{levels - 1 - int(m[1])}.block.", rest)
    rest = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{levels - 1 - int(m[1])}.upsample", rest)
    return f"{side}.{rest}"


def open_clip(tensors):
    """A whole text encoder: queries, keys and values go into one matrix."""
    out = {}
    for name, tensor in tensors.items():
        if name == "text_projection.weight":
            out["text_projection"] = tensor.T.contiguous()
        elif name.startswith("text_model.embeddings.token_embedding"):
            out["token_embedding.weight"] = tensor
        elif name.startswith("text_model.embeddings.position_embedding"):
            out["positional_embedding"] = tensor
        elif name.startswith("text_model.final_layer_norm"):
            out["ln_final." + name.split(".")[-1]] = tensor
        else:
            match = re.match(r"text_model\.encoder\.layers\.(\d+)\.(.*)\.(weight|bias)", name)
            layer, rest, kind = f"transformer.resblocks.{match[1]}", match[2], match[3]
            if rest == "self_attn.q_proj":
                parts = [tensors[name.replace("q_proj", f"{letter}_proj")] for letter in "qkv"]
                out[f"{layer}.attn.in_proj_{kind}"] = torch.cat(parts)
            elif rest not in ("self_attn.k_proj", "self_attn.v_proj"):
                names = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
                         "self_attn.out_proj": "attn.out_proj"}  # fmt: skip
                out[f"{layer}.{names[rest]}.{kind}"] = tensor
    return out
