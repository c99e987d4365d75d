"""The cases: small networks of every kind and option with their random inputs, and the published sizes.

What a case is, and how it is built, saved and run, is in models.py.
"""

import torch

from models import Case


class Inputs:
    """Random inputs from one generator."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape):
        return torch.randn(shape, generator=self.generator)

    def uniform(self, *shape):
        return torch.rand(shape, generator=self.generator)

    def integers(self, low, high, *shape):
        return torch.randint(low, high, shape, generator=self.generator)


DOWN, CROSS_DOWN = "DownBlock2D", "CrossAttnDownBlock2D"
UP, CROSS_UP = "UpBlock2D", "CrossAttnUpBlock2D"


def blocks(down, up=None):
    """Block types from letters: c with cross-attention, d without; the up path mirrors the down path."""
    up = up or down[::-1]
    return {
        "down_block_types": [CROSS_DOWN if letter == "c" else DOWN for letter in down],
        "up_block_types": [CROSS_UP if letter == "c" else UP for letter in up],
    }


def unet_config(down="cd", up=None, **changes):
    return {
        "sample_size": 16,
        **blocks(down, up),
        "block_out_channels": [32, 64],
        "layers_per_block": 1,
        "norm_num_groups": 8,
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
        **changes,
    }


SDXL = {
    "down": "dcc",
    "block_out_channels": [32, 32, 64],
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [1, 2, 4],
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 6 * 8 + 24,
    "cross_attention_dim": 48,
}


def unet_case(name, seed, height=16, width=16, batch=2, tokens=9, timestep=None, saved="plain", residuals=None, **config):
    config = unet_config(**config)
    draws = Inputs(seed + 5000)
    context = config["cross_attention_dim"]
    inputs = {
        "sample": draws.normal(batch, config.get("in_channels", 4), height, width),
        "timestep": draws.integers(0, 1000, batch) if timestep is None else torch.tensor(timestep),
        "encoder_hidden_states": draws.normal(batch, tokens, context if isinstance(context, int) else context[0]),
    }
    if config.get("addition_embed_type") == "text_time":
        inputs |= text_time(draws, batch, 24)
    for i, shape in enumerate(residuals or []):
        key = "mid_block_additional_residual" if i == len(residuals) - 1 else f"down_block_additional_residuals.{i}"
        inputs[key] = draws.normal(batch, *shape)
    return Case(name, "UNet2DConditionModel", config, seed, {"unet": inputs}, saved)


def text_time(draws, batch, width):
    """SDXL's pooled text and (height, width, top, left, height, width); exact in bf16."""
    return {"text_embeds": draws.normal(batch, width), "time_ids": draws.integers(0, 129, batch, 6).float() * 8}


def unets():
    four = {"block_out_channels": [16, 32, 64, 64], "layers_per_block": 2}
    return [
        unet_case("sd15", 1000, down="cccd", attention_head_dim=8, tokens=77, saved="first keys", **four),
        unet_case("sdxl", 2000, tokens=77, **SDXL),
        unet_case("sd2", 3000, down="ccd", block_out_channels=[32, 64, 64], attention_head_dim=[2, 4, 8],
                  use_linear_projection=True, upcast_attention=True, saved="shards", timestep=981),
        unet_case("depth 2", 4000, transformer_layers_per_block=2, batch=1, saved="fp16 variant"),
        unet_case("depth 10", 5000, down="dc", transformer_layers_per_block=10, batch=1, timestep=[7]),
        unet_case("depths by level and layer", 6000, down="dcc", block_out_channels=[16, 32, 32], attention_head_dim=[1, 2, 4],
                  layers_per_block=2, use_linear_projection=True, transformer_layers_per_block=[1, [2, 1], [1, 3]],
                  reverse_transformer_layers_per_block=[[3, 1, 2], [2, 1, 1], 1], batch=1),
        unet_case("nine channels", 7000, in_channels=9, down="ccd", block_out_channels=[16, 32, 32]),
        unet_case("odd size", 8000, down="ccd", block_out_channels=[16, 32, 32], height=9, width=7, batch=3),
        unet_case("wide", 9000, height=8, width=20, batch=1, tokens=154),
        unet_case("one token", 10000, height=6, width=10, batch=3, tokens=1, timestep=[0, 500, 999]),
        unet_case("mixed blocks", 11000, down="cdc", up="dcc", block_out_channels=[16, 32, 48], attention_head_dim=[2, 8, 6]),
        unet_case("fractional timestep", 12000, down="dcd", block_out_channels=[32, 16, 32], timestep=874.25, batch=1),
        unet_case("no middle", 13000, mid_block_type=None),
        unet_case("plain middle", 14000, down="dd", mid_block_type="UNetMidBlock2D"),
        unet_case("attention only in the middle", 15000, down="dd"),
        unet_case("context by level", 16000, down="cc", cross_attention_dim=[32, 32], attention_head_dim=[4, 2]),
        unet_case("layers by level", 17000, down="cc", layers_per_block=[1, 2]),
        unet_case("one level", 18000, down="c", block_out_channels=[32], layers_per_block=3, height=5, width=3, batch=1),
        unet_case("time options", 19000, flip_sin_to_cos=False, freq_shift=1, center_input_sample=True, norm_eps=1e-3),
        unet_case("block options", 20000, mid_block_scale_factor=1.5, downsample_padding=0, norm_num_groups=4, out_channels=8),
        unet_case("residuals", 21000, block_out_channels=[16, 32], batch=1,
                  residuals=[(16, 16, 16), (16, 16, 16), (16, 8, 8), (32, 8, 8), (32, 8, 8)]),
    ]  # fmt: skip


def vae_case(name, seed, height=32, width=32, batch=1, saved="plain", **config):
    levels = len(config["block_out_channels"])
    config = {
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "norm_num_groups": 8,
        "layers_per_block": 1,
        "sample_size": 32,
        **config,
    }
    draws = Inputs(seed + 5000)
    scale = 2 ** (levels - 1)
    latent = (batch, config.get("latent_channels", 4), height // scale, width // scale)
    inputs = {
        "vae-encode": {"x": 2 * draws.uniform(batch, 3, height, width) - 1},
        "vae-decode": {"z": draws.normal(*latent)},
    }
    return Case(name, "AutoencoderKL", config, seed, inputs, saved)


def vaes():
    return [
        vae_case("sd", 30000, block_out_channels=[16, 32, 32, 32], layers_per_block=2, batch=2),
        vae_case("two levels", 31000, block_out_channels=[32, 64], height=20, width=12, norm_num_groups=16),
        vae_case("no quant convolutions", 32000, block_out_channels=[16, 16, 32], latent_channels=16, use_quant_conv=False,
                 use_post_quant_conv=False, scaling_factor=1.5305, shift_factor=0.0609, height=24, width=40),
        vae_case("old attention names", 33000, block_out_channels=[16, 32, 32], saved="old attention"),
        vae_case("no attention, odd size", 34000, block_out_channels=[16, 24, 32], mid_block_add_attention=False,
                 layers_per_block=3, height=28, width=23),
    ]  # fmt: skip


def text_case(name, type, seed, ids, saved="plain", small=True, **config):
    config = {
        "vocab_size": 100,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 77,
        "projection_dim": 24,
        **config,
    }
    return Case(name, type, config, seed, {"clip-text": {"input_ids": ids}}, saved, small)


def prompts(seed, vocabulary, lengths, end, pad, tokens=77):
    """Token numbers as a CLIP tokenizer makes them: start, words, end, padding."""
    draws = Inputs(seed)
    rows = []
    for length in lengths:
        words = draws.integers(0, vocabulary - 2, length).tolist()
        rows.append(([vocabulary - 2, *words, end] + [pad] * tokens)[:tokens])
    return torch.tensor(rows)


def texts():
    return [
        text_case("sd15 text, end token 2", "CLIPTextModel", 40000, prompts(1, 100, [5, 40], 99, 99),
                  hidden_act="quick_gelu", bos_token_id=0, eos_token_id=2, pad_token_id=1),
        text_case("sd2 text, end token by number", "CLIPTextModel", 41000, prompts(2, 100, [75, 0], 99, 0), saved="no prefix",
                  hidden_act="gelu", num_hidden_layers=3, bos_token_id=98, eos_token_id=99, pad_token_id=1),
        text_case("sdxl second text", "CLIPTextModelWithProjection", 42000, prompts(3, 100, [9, 1], 99, 0),
                  hidden_act="gelu", num_attention_heads=2, bos_token_id=98, eos_token_id=99, pad_token_id=1),
        text_case("projection, end token 2", "CLIPTextModelWithProjection", 43000, prompts(4, 100, [6], 99, 99, tokens=11),
                  hidden_act="quick_gelu", bos_token_id=0, eos_token_id=2, pad_token_id=1),
        text_case("published vocabulary", "CLIPTextModel", 44000, prompts(5, 49408, [12], 49407, 49407), small=False,
                  vocab_size=49408, hidden_size=64, hidden_act="quick_gelu", bos_token_id=49406, eos_token_id=49407,
                  pad_token_id=1),
    ]  # fmt: skip


def vision_case(name, seed, batch, **config):
    config = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "projection_dim": 24,
        "image_size": 32,
        "patch_size": 8,
        **config,
    }
    pixels = Inputs(seed + 5000).normal(batch, 3, config["image_size"], config["image_size"])
    return Case(name, "CLIPVisionModelWithProjection", config, seed, {"clip-vision": {"pixel_values": pixels}})


def visions():
    return [
        vision_case("ViT-L shaped", 50000, 2, hidden_act="quick_gelu"),
        vision_case("ViT-H shaped, odd patches", 51000, 1, hidden_act="gelu", num_hidden_layers=3, num_attention_heads=2,
                    image_size=31, patch_size=7, projection_dim=40),
    ]  # fmt: skip


def controlnet_case(name, seed, height, width, batch, **changes):
    config = unet_config(**changes)
    for key in ("up_block_types", "sample_size"):
        del config[key]
    config |= {"conditioning_embedding_out_channels": [4, 8, 12, 16]}
    draws = Inputs(seed + 5000)
    inputs = {
        "sample": draws.normal(batch, 4, height, width),
        "timestep": draws.integers(0, 1000, batch),
        "encoder_hidden_states": draws.normal(batch, 77, config["cross_attention_dim"]),
        "controlnet_cond": draws.uniform(batch, 3, 8 * height, 8 * width),
    }
    if config.get("addition_embed_type") == "text_time":
        inputs |= text_time(draws, batch, 24)
    return Case(name, "ControlNetModel", config, seed, {"controlnet": inputs})


def controlnets():
    return [
        controlnet_case("sd15", 60000, 8, 8, 2, down="cccd", block_out_channels=[16, 32, 32, 32], layers_per_block=2,
                        attention_head_dim=8),
        controlnet_case("sdxl", 61000, 4, 8, 1, **SDXL | {"transformer_layers_per_block": [1, 2, 3]}),
        controlnet_case("mixed blocks", 62000, 5, 7, 1, down="dcd", block_out_channels=[16, 32, 32],
                        controlnet_conditioning_channel_order="bgr"),
    ]  # fmt: skip


def cases():
    return unets() + controlnets() + vaes() + texts() + visions()


# Published sizes

SD15_UNET = {
    "sample_size": 64,
    **blocks("cccd"),
    "block_out_channels": [320, 640, 1280, 1280],
    "layers_per_block": 2,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
}

SD15_VAE = {
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
    "sample_size": 512,
}
