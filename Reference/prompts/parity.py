"""Compares weighted and long prompts with a written-out reference of A1111's reading: same seed, same picture.

    python parity.py LIKENESS

Small SD1.5 and SDXL models of random weights. The reference encodes rows of 77 tokens with transformers, multiplies the
states, puts each row's mean back, lays rows one after the other and hands them to diffusers' pipeline. 50 dB pass.
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
from PIL import Image

import notation

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
SEED, BOUND = 20261122, 50.0
LONG = "a portrait of a woman in a red hat, studio light, by the sea, " * 7
ROWS = [  # name, prompt, negative prompt, clip skip
    ("weights", "a (portrait:1.4) of a [woman] in a ((red hat)), studio light", "blurry", 1),
    ("plain words", "a portrait of a woman in a red hat", "blurry", 1),
    ("weights on both sides", "a (red:1.3) hat", "(blurry:1.5), [grey]", 1),
    ("BREAK", "a red hat BREAK (by the sea:0.6)", "blurry", 1),
    ("a long prompt", LONG, "blurry", 1),
    ("a long prompt with weights", f"({LONG}:1.2) by the sea", LONG[:200], 1),
    ("escapes", r"a \(red\) hat \[x\]", "", 1),
    ("clip skip 2", "a portrait of a woman in a (red:1.2) hat", "blurry", 2),
]


def states(pipe, row, encoder, tokenizer, xl, skip):
    start, end, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    tokens = [start] + [token for token, _ in row] + [end]
    tokens += [pad] * (77 - len(tokens))
    weights = torch.ones(77)
    weights[1 : 1 + len(row)] = torch.tensor([weight for _, weight in row])
    out = encoder(torch.tensor([tokens]), output_hidden_states=True)
    if xl:
        z = out.hidden_states[-1 - skip]
    elif skip > 1:
        norm = getattr(encoder, "text_model", encoder).final_layer_norm
        z = norm(out.hidden_states[-skip])
    else:
        z = out.last_hidden_state
    weighed = z * weights[None, :, None]
    return weighed * (z.mean() / weighed.mean()), out[0] if xl else None


@torch.no_grad()
def conditions(pipe, prompts, xl, skip):
    encoders = [(pipe.text_encoder, pipe.tokenizer)] + ([(pipe.text_encoder_2, pipe.tokenizer_2)] if xl else [])
    contexts, pooled = [[], []], [None, None]
    for encoder, tokenizer in encoders:
        rows = [notation.rows(notation.parse(prompt), tokenizer) for prompt in prompts]
        count = max(map(len, rows))
        for index, own in enumerate(rows):
            found = [states(pipe, row, encoder, tokenizer, xl, skip) for row in own + [[]] * (count - len(own))]
            contexts[index].append(torch.cat([z for z, _ in found], 1))
            pooled[index] = found[0][1]
    return [torch.cat(own, -1) for own in contexts], pooled


def main():
    likeness = str(pathlib.Path(sys.argv[1]).resolve())
    passed = []
    with tempfile.TemporaryDirectory() as scratch:
        for model in ["sd15", "sdxl"]:
            xl = model == "sdxl"
            folder = pathlib.Path(scratch, model)
            subprocess.run([likeness, "model", "init", "--like", model, "--tiny", "-o", folder], check=True, capture_output=True)
            pipe = (StableDiffusionXLPipeline if xl else StableDiffusionPipeline).from_pretrained(folder)
            pipe.set_progress_bar_config(disable=True)
            usual = None
            for name, prompt, negative, skip in ROWS:
                (good, bad), (good_pooled, bad_pooled) = conditions(pipe, [prompt, negative], xl, skip)
                more = {"pooled_prompt_embeds": good_pooled, "negative_pooled_prompt_embeds": bad_pooled} if xl else {}
                theirs = np.array(pipe(prompt_embeds=good, negative_prompt_embeds=bad, num_inference_steps=4, guidance_scale=5, width=64,
                                       height=64, generator=torch.Generator().manual_seed(SEED), **more).images[0])  # fmt: skip
                out = pathlib.Path(scratch, "out.png")
                words = [likeness, "image", "--dtype", "fp32", "--model", folder, "-p", prompt, "-n", negative, "--clip-skip", skip, "--steps", 4]
                words += ["--cfg-scale", 5, "--seed", SEED, "-W", 64, "-H", 64, "-o", out, "--force", "-q"]
                done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
                ours = np.array(Image.open(out).convert("RGB")) if done.returncode == 0 else np.zeros_like(theirs)
                error = np.mean((ours.astype(float) - theirs.astype(float)) ** 2)
                value = math.inf if error == 0 else 10 * math.log10(255**2 / error)
                other = "" if usual is None else f"  (without notation {10 * math.log10(255**2 / np.mean((theirs - usual) ** 2)):.0f} dB away)"
                usual = theirs.astype(float) if name == "plain words" else usual
                passed.append(value >= BOUND)
                print(f"{'ok  ' if passed[-1] else 'FAIL'} {model} {name:28} {value:6.1f} dB{other} {done.stderr.strip()[:200]}", flush=True)
    print(f"{sum(passed)} of {len(passed)} rows")
    sys.exit(0 if passed and all(passed) else 1)


if __name__ == "__main__":
    main()
