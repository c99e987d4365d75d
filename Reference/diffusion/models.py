"""Tiny random networks of the Stable Diffusion family: what they are, how they run and how they are saved.

No weights are stored. Every parameter is drawn by name, so that any program whose CPU generator is
PyTorch's can build the same network; see `randomise`.
"""

import json
import math
import pathlib
from dataclasses import dataclass

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

CLASSES = {
    "UNet2DConditionModel": UNet2DConditionModel,
    "ControlNetModel": ControlNetModel,
    "AutoencoderKL": AutoencoderKL,
    "CLIPTextModel": CLIPTextModel,
    "CLIPTextModelWithProjection": CLIPTextModelWithProjection,
    "CLIPVisionModelWithProjection": CLIPVisionModelWithProjection,
}

# transformers 5 dropped this prefix; every published checkpoint has it.
PREFIXES = {"CLIPTextModel": "text_model."}

# The keys of the first Stable Diffusion UNets' config.json; later releases wrote many more.
FIRST_KEYS = (
    "_class_name _diffusers_version act_fn attention_head_dim block_out_channels center_input_sample "
    "cross_attention_dim down_block_types downsample_padding flip_sin_to_cos freq_shift in_channels "
    "layers_per_block mid_block_scale_factor norm_eps norm_num_groups out_channels sample_size up_block_types"
).split()

OLD_ATTENTION = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


# Parameters


def named(model):
    """The parameters under their published names."""
    prefix = PREFIXES.get(type(model).__name__, "")
    return {prefix + name: parameter for name, parameter in model.named_parameters()}


def draw(name, shape, seed):
    """One parameter from the CPU generator seeded with `seed`."""
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    if len(shape) > 1:
        return noise / math.sqrt(math.prod(shape[1:]))
    if name.endswith(".weight"):
        return 1 + 0.25 * torch.tanh(noise)
    return 0.1 * noise


@torch.no_grad()
def randomise(model, seed):
    """Draws every parameter anew: the i-th in the order of published names, by bytes, uses `seed` + i.

    Matrices, convolutions, embedding tables: N(0, 1) / sqrt(product of all dimensions but the first).
    Vectors called `*.weight` (norms): 1 + 0.25 tanh(N(0, 1)). Everything else (biases, `class_embedding`):
    0.1 N(0, 1). Zero convolutions are no exception. Buffers such as `position_ids` are not counted.
    """
    for index, (name, parameter) in enumerate(sorted(named(model).items())):
        parameter.copy_(draw(name, tuple(parameter.shape), seed + index))
    return model.eval()


# Cases


@dataclass
class Case:
    """One network with its inputs. `saved` says in which of the published layouts its folder is written."""

    name: str
    type: str
    config: dict
    seed: int
    inputs: dict  # program's network name -> {argument: tensor}
    saved: str = "plain"
    small: bool = True  # small enough for the fixtures

    @property
    def kind(self):
        return {"UNet2DConditionModel": "unet", "ControlNetModel": "controlnet", "AutoencoderKL": "vae"}.get(
            self.type, "clip"
        )


def build(case):
    if case.type.startswith("CLIP"):
        config = (CLIPTextConfig if "Text" in case.type else CLIPVisionConfig)(**case.config)
        model = CLASSES[case.type](config)
    else:
        model = CLASSES[case.type](**case.config)
    model = randomise(model, case.seed)
    return model.half().float() if case.saved == "fp16 variant" else model


def build_large(type, config, seed):
    """As `build`, without drawing the initial values that would be thrown away."""
    with torch.device("meta"):
        model = CLASSES[type](**config)
    return randomise(model.to_empty(device="cpu"), seed)


def config_of(model, saved="plain"):
    """What stands in config.json."""
    if hasattr(model.config, "to_json_string"):
        return {**json.loads(model.config.to_json_string()), "architectures": [type(model).__name__]}
    config = json.loads(model.to_json_string())
    if saved == "first keys":
        config = {key: value for key, value in config.items() if key in FIRST_KEYS}
    return config


def rename(folder, change):
    """Renames the tensors of every safetensors file in a folder, and in the index."""
    for file in pathlib.Path(folder).glob("*.safetensors"):
        save_file({change(key): value for key, value in load_file(file).items()}, file, {"format": "pt"})
    for file in pathlib.Path(folder).glob("*.index.json"):
        index = json.loads(file.read_text())
        index["weight_map"] = {change(key): value for key, value in index["weight_map"].items()}
        file.write_text(json.dumps(index, indent=2))


def old_attention(key):
    for new, old in OLD_ATTENTION.items():
        key = key.replace(f"attentions.0.{new}.", f"attentions.0.{old}.")
    return key


def save(model, folder, saved="plain"):
    """Writes a folder as published models have it."""
    options = {"max_shard_size": "2MB"} if saved == "shards" else {}
    if saved == "fp16 variant":
        model.half().save_pretrained(folder, variant="fp16")
        model.float()
    else:
        model.save_pretrained(folder, **options)
    prefix = PREFIXES.get(type(model).__name__)
    if prefix and saved != "no prefix":
        rename(folder, lambda key: prefix + key)
    if saved == "old attention":
        rename(folder, old_attention)
    if saved == "first keys":
        path = pathlib.Path(folder, "config.json")
        path.write_text(json.dumps(config_of(model, saved), indent=2))


# Running


@torch.no_grad()
def forward(model, network, inputs):
    """Outputs by the reference's names. Tensors of floats are cast to the model's type, `timestep` is not."""
    dtype = next(model.parameters()).dtype
    x = {k: v.to(dtype) if v.is_floating_point() and k != "timestep" else v for k, v in inputs.items()}
    if network == "vae-encode":
        posterior = model.encode(x["x"]).latent_dist
        return {"latent_dist.mean": posterior.mean, "latent_dist.logvar": posterior.logvar}
    if network == "vae-decode":
        return {"sample": model.decode(x["z"]).sample}
    if network.startswith("clip"):
        output = model(**x, output_hidden_states=True)
        result = {key: output[key] for key in output.keys() if key not in ("hidden_states", "attentions")}
        return result | {f"hidden_states.{i}": value for i, value in enumerate(output.hidden_states)}
    added = {key: x.pop(key) for key in ("text_embeds", "time_ids") if key in x}
    listed = sorted((key for key in x if key.startswith("down_block_additional_residuals.")), key=lambda k: int(k.split(".")[-1]))
    if listed:
        x["down_block_additional_residuals"] = tuple(x.pop(key) for key in listed)
    output = model(**x, added_cond_kwargs=added or None)
    if network == "unet":
        return {"sample": output.sample}
    residuals = {f"down_block_res_samples.{i}": value for i, value in enumerate(output.down_block_res_samples)}
    return residuals | {"mid_block_res_sample": output.mid_block_res_sample}
