"""Writes fixtures/: configurations, inputs and outputs of tiny networks, from diffusers and transformers.

Weights are not stored: `randomise` in models.py says how each is drawn from its name and the case's
seed. KIND.json holds {case: {"class", "seed", "config", "networks"}}; KIND.safetensors holds
CASE/input/NAME, CASE/output/NAME, CASE/feature/MODULE (outputs of inner modules, one case) and
CASE/bf16/NAME (outputs of the network converted to bfloat16, two cases). A VAE has two networks, so
its inputs are `x` (encode) and `z` (decode). tokenizer/ is a small tokenizer in CLIP's form, with the
token numbers of a few prompts (before padding, start and end included).

    python Reference/diffusion/write_fixtures.py
"""

import json
import pathlib

import diffusers
import torch
import transformers
from safetensors.torch import save_file

import models
import network_cases
import pipelines

torch.set_num_threads(1)
FEATURES = {"sd15": "conv_in time_embedding down_blocks.0 down_blocks.1 down_blocks.2 down_blocks.3 mid_block "
                    "up_blocks.0 up_blocks.1 up_blocks.2 up_blocks.3 conv_norm_out".split()}  # fmt: skip
BF16 = {"unet": ["sd15", "sdxl"], "vae": ["sd"]}
CONDITIONING_SCALE = {"sd15": 0.7}  # an argument of ControlNet that has a default


def watch(model, names, into):
    """Records the (first) output of inner modules."""
    for name in names:

        def record(module, arguments, output, name=name):
            into[name] = output[0] if isinstance(output, tuple) else output

        model.get_submodule(name).register_forward_hook(record)


def write(kind, cases, folder):
    tensors, table = {}, {}
    for case in cases:
        model = models.build(case)
        features = {}
        if kind == "unet":
            watch(model, FEATURES.get(case.name, []), features)
        for network, inputs in case.inputs.items():
            if kind == "controlnet" and case.name in CONDITIONING_SCALE:
                inputs = inputs | {"conditioning_scale": torch.tensor(CONDITIONING_SCALE[case.name])}
            outputs = models.forward(model, network, inputs)
            tensors |= {f"{case.name}/input/{name}": value for name, value in inputs.items()}
            tensors |= {f"{case.name}/output/{name}": value for name, value in outputs.items()}
            tensors |= {f"{case.name}/feature/{name}": value for name, value in features.items()}
        if case.name in BF16.get(kind, []):
            model.bfloat16()
            for network, inputs in case.inputs.items():
                outputs = models.forward(model, network, inputs)
                tensors |= {f"{case.name}/bf16/{name}": value for name, value in outputs.items()}
        table[case.name] = {
            "class": case.type,
            "seed": case.seed,
            "networks": list(case.inputs),
            "config": models.config_of(model.float(), case.saved),
        }
    # One key only: safetensors writes several in no particular order.
    about = {"versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}, transformers {transformers.__version__}"}
    path = folder / f"{kind}.safetensors"
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, path, about)
    path.chmod(0o644)
    (folder / f"{kind}.json").write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    print(f"{kind}: {len(table)} cases, {len(tensors)} tensors, {path.stat().st_size} bytes")


PROMPTS = ["", "a", pipelines.PROMPT, pipelines.NEGATIVE, "  Él's   42 ÜBER-cats!? 日本 🙂 it'll\tdo ", "don't STOP, we've 3.14 x²",
           "<|endoftext|>after<|startoftext|>", "fox_jumps__over--the...dog", "e\u0301té \u00a0\u3000 ǅ ﬁ ½ ١٢ नमस्ते", "hat " * 90]  # fmt: skip


def write_tokenizer(folder):
    pipelines.train_tokenizer(folder, "<|endoftext|>")
    tokenizer = transformers.CLIPTokenizer.from_pretrained(folder)
    numbers = [tokenizer(prompt, truncation=True, max_length=77).input_ids for prompt in PROMPTS]
    table = [{"prompt": prompt, "tokens": tokens} for prompt, tokens in zip(PROMPTS, numbers)]
    (folder / "prompts.json").write_text(json.dumps(table) + "\n")
    print(f"tokenizer: {len(tokenizer)} tokens, {len(table)} prompts")


def main():
    folder = pathlib.Path(__file__).parent / "fixtures"
    folder.mkdir(exist_ok=True)
    chosen = [case for case in network_cases.cases() if case.small and case.saved != "fp16 variant"]
    for kind in ("unet", "controlnet", "vae", "clip"):
        write(kind, [case for case in chosen if case.kind == kind], folder)
    write_tokenizer(folder / "tokenizer")


if __name__ == "__main__":
    main()
