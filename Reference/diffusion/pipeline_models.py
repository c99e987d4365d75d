"""Small random pipeline folders, with a tokenizer trained on a few sentences, and pictures to feed them.

`prepare(folder)` makes all that `pipelines.py` needs.
"""

import collections
import json
import pathlib
import shutil

import diffusers
import numpy as np
import transformers
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from transformers import CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

import models
import network_cases


# A tokenizer in CLIP's form

SENTENCES = """a portrait of a woman in a red hat, studio light. a photo of a man with short hair. blurry, low quality.
the quick brown fox jumps over the lazy dog. an astronaut's horse; 42 painted lanterns under 7 northern lights."""


def byte_letters():
    """CLIP's order of the 256 bytes and the printable character that stands for each."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


def train_tokenizer(folder, pad, merges=80):
    """Byte pair encoding of a few sentences: bytes, bytes that end a word, merges, then the two marks."""
    letters = list(byte_letters().values())
    words = collections.Counter(SENTENCES.lower().replace(",", " ,").replace(".", " .").split())
    spelled = {tuple(word[:-1]) + (word[-1] + "</w>",): count for word, count in words.items()}
    learnt = []
    for _ in range(merges):
        pairs = collections.Counter()
        for word, count in spelled.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        learnt.append(best)
        merged = {}
        for word, count in spelled.items():
            parts, i = [], 0
            while i < len(word):
                joined = word[i : i + 2] == best
                parts.append("".join(best) if joined else word[i])
                i += 2 if joined else 1
            merged[tuple(parts)] = count
        spelled = merged
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in learnt]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    assert len(set(tokens)) == len(tokens)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    lines = ["#version: 0.2", *(" ".join(pair) for pair in learnt)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    marks = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "pad_token": pad}
    write_json(folder / "special_tokens_map.json", marks)
    write_json(folder / "tokenizer_config.json", {**marks, "tokenizer_class": "CLIPTokenizer", "model_max_length": 77,
                                                  "add_prefix_space": False, "do_lower_case": True})  # fmt: skip
    return len(tokens)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


# Folders

PNDM = {"_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_start": 0.00085, "beta_end": 0.012,
        "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "set_alpha_to_one": False, "skip_prk_steps": True,
        "steps_offset": 1, "trained_betas": None, "clip_sample": False}  # fmt: skip
EULER = {"_class_name": "EulerDiscreteScheduler", "_diffusers_version": "0.19.0.dev0", "beta_start": 0.00085,
         "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False, "interpolation_type": "linear",
         "num_train_timesteps": 1000, "prediction_type": "epsilon", "sample_max_value": 1.0, "set_alpha_to_one": False,
         "skip_prk_steps": True, "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": None,
         "use_karras_sigmas": False}  # fmt: skip
UNET = {"block_out_channels": [32, 64, 64], "down": "ccd"}
XL = network_cases.SDXL | {"transformer_layers_per_block": [1, 1, 2], "projection_class_embeddings_input_dim": 6 * 8 + 24}
VAE = {"block_out_channels": [16, 16, 32, 32], "sample_size": 64}


def component(name, type, seed, config, folder):
    model = models.build(models.Case(name, type, config, seed, {}))
    models.save(model, folder)


def text_config(vocabulary, **changes):
    marks = {"vocab_size": vocabulary, "bos_token_id": vocabulary - 2, "eos_token_id": vocabulary - 1, "pad_token_id": 1}
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4}
    return {**small, **marks, "max_position_embeddings": 77, "projection_dim": 24, "hidden_act": "quick_gelu", **changes}


def make_folder(folder, xl=False, channels=4, scheduler=None):
    """A pipeline in the layout in which Stable Diffusion 1.5 and SDXL were published."""
    config = network_cases.unet_config(**(XL if xl else UNET), in_channels=channels)
    component("unet", "UNet2DConditionModel", 100, config, folder / "unet")
    vae = network_cases.vae_case("vae", 300, **VAE, scaling_factor=0.13025 if xl else 0.18215).config
    component("vae", "AutoencoderKL", 300, vae, folder / "vae")
    (folder / "scheduler").mkdir()
    write_json(folder / "scheduler" / "scheduler_config.json", scheduler or (EULER if xl else PNDM))
    index = {"scheduler": ["diffusers", (scheduler or (EULER if xl else PNDM))["_class_name"]],
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "text_encoder": ["transformers", "CLIPTextModel"]}  # fmt: skip
    vocabulary = train_tokenizer(folder / "tokenizer", "<|endoftext|>")
    component("text", "CLIPTextModel", 500, text_config(vocabulary), folder / "text_encoder")
    if xl:
        train_tokenizer(folder / "tokenizer_2", "!")
        second = text_config(vocabulary, hidden_size=16, num_attention_heads=2, hidden_act="gelu")
        component("text 2", "CLIPTextModelWithProjection", 600, second, folder / "text_encoder_2")
        index |= {"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": True,
                  "tokenizer_2": ["transformers", "CLIPTokenizer"],
                  "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"]}  # fmt: skip
    else:
        index |= {"_class_name": "StableDiffusionPipeline", "safety_checker": [None, None],
                  "feature_extractor": [None, None], "requires_safety_checker": False}  # fmt: skip
    write_json(folder / "model_index.json", {"_diffusers_version": diffusers.__version__, **dict(sorted(index.items()))})
    return folder


def adapter(file, unet, plus, width, seed):
    """A random IP-Adapter in the published layout; `width` is what the image encoder hands over."""
    context = unet.config.cross_attention_dim
    shapes = {}
    if plus:
        inner, queries = 64, 16
        shapes |= {"latents": (1, queries, inner), "proj_in.weight": (inner, width), "proj_in.bias": (inner,),
                   "proj_out.weight": (context, inner), "proj_out.bias": (context,),
                   "norm_out.weight": (context,), "norm_out.bias": (context,)}  # fmt: skip
        for i in range(4):
            layer = {"0.norm1.weight": (inner,), "0.norm1.bias": (inner,), "0.norm2.weight": (inner,), "0.norm2.bias": (inner,),
                     "0.to_q.weight": (128, inner), "0.to_kv.weight": (256, inner), "0.to_out.weight": (inner, 128),
                     "1.0.weight": (inner,), "1.0.bias": (inner,), "1.1.weight": (4 * inner, inner),
                     "1.3.weight": (inner, 4 * inner)}  # fmt: skip
            shapes |= {f"layers.{i}.{key}": shape for key, shape in layer.items()}
    else:
        shapes |= {"proj.weight": (4 * context, width), "proj.bias": (4 * context,), "norm.weight": (context,), "norm.bias": (context,)}
    shapes = {f"image_proj.{key}": shape for key, shape in shapes.items()}
    for i, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            channels = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
            shapes |= {f"ip_adapter.{i}.{key}.weight": (channels, context) for key in ("to_k_ip", "to_v_ip")}
    tensors = {key: models.draw(key, shape, seed + i) for i, (key, shape) in enumerate(sorted(shapes.items()))}
    save_file(tensors, file)


def picture(width, height, mode="RGB"):
    """A gradient with shapes: smooth parts, edges and colours."""
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    channels = [255 * x, 255 * (0.5 + 0.5 * np.sin(9 * (x + y))), 255 * (1 - y)]
    image = Image.fromarray(np.stack(channels, -1).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width // 5, height // 4, width // 2, 3 * height // 4], fill=(250, 220, 40))
    draw.rectangle([3 * width // 5, height // 8, 9 * width // 10, height // 2], fill=(20, 60, 160))
    return image.convert(mode)


def mask(width, height):
    """White is repainted; a grey ramp shows where the threshold lies."""
    image = Image.fromarray(np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1)))
    ImageDraw.Draw(image).rectangle([0, 0, width, height // 3], fill=0)
    return image


def prepare(root):
    """Every file that the rows use."""
    print("writing the models", flush=True)
    sd15 = make_folder(root / "sd15")
    make_folder(root / "sdxl", xl=True)
    make_folder(root / "sd15-inpainting", channels=9)
    make_folder(root / "sdxl-inpainting", xl=True, channels=9)
    shutil.copytree(sd15, root / "sd2")
    ddim = PNDM | {"_class_name": "DDIMScheduler", "prediction_type": "v_prediction", "timestep_spacing": "trailing"}
    del ddim["skip_prk_steps"]
    write_json(root / "sd2" / "scheduler" / "scheduler_config.json", ddim)
    index = json.loads((root / "sd2" / "model_index.json").read_text())
    write_json(root / "sd2" / "model_index.json", index | {"scheduler": ["diffusers", "DDIMScheduler"]})
    for name, options, seed in [("control-a", UNET, 700), ("control-b", UNET, 800), ("control-xl", XL, 900)]:
        case = network_cases.controlnet_case(name, seed, 8, 8, 1, **options)
        component(name, case.type, seed, case.config, root / name)
    vision = network_cases.vision_case("image encoder", 1100, 1).config
    component("image encoder", "CLIPVisionModelWithProjection", 1100, vision, root / "image_encoder")
    for family in ("sd15", "sdxl"):
        unet = diffusers.UNet2DConditionModel.from_pretrained(root / family / "unet")
        adapter(root / f"ip-{family}.safetensors", unet, False, vision["projection_dim"], 1300)
        adapter(root / f"ip-plus-{family}.safetensors", unet, True, vision["hidden_size"], 1400)
    picture(64, 64).save(root / "photo.png")
    picture(100, 84).save(root / "large.png")
    picture(70, 50).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(root / "reference.png")
    picture(64, 64, "L").convert("RGB").save(root / "edges.png")
    mask(64, 64).save(root / "mask.png")
    mask(100, 84).save(root / "large-mask.png")
