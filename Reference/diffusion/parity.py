"""Compares Likeness's networks with diffusers and transformers, whole output against whole output.

    python parity.py LIKENESS [oracle] [--quick] [--only TEXT] [--keep DIR]

Writes every network of network_cases.py as a published folder, runs `LIKENESS forward NET --model DIR
--inputs FILE -o FILE`, and prints one table. fp32: largest error <= 2e-5 of the output's largest
value and cosine >= 0.999999. bf16: no further from fp32 than half again of what the reference's own
bf16 is, and 2e-3 (lengths of the differences); the last column says how many times. The rows called `control` give
the program a spoilt folder and must miss the fp32 bound, else the comparison would prove nothing.
Without --quick, also Stable Diffusion 1.5's UNet and VAE at full size (4 GB of memory and of disk).
Exits with 1 if a row fails.
"""

import argparse
import gc
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
warnings.filterwarnings("ignore")

import diffusers
import torch
import transformers
from safetensors.torch import load_file, save_file

import models
import network_cases

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
ERROR, COSINE = 2e-5, 0.999999


# One row


class Table:
    """Prints rows as they come; remembers whether all were as they should be."""

    def __init__(self):
        self.rows = self.failures = 0
        print(f"{'component':12} {'configuration':46} {'error':>9} {'cosine':>12}  verdict")

    def add(self, component, configuration, error, cosine, good, note=""):
        self.rows += 1
        self.failures += not good
        numbers = f"{error:9.1e} {cosine:12.9f}" if error is not None else f"{'':9} {'':12}"
        print(f"{component:12} {configuration:46} {numbers}  {'ok' if good else 'FAIL'}{note and ': ' + note}", flush=True)


def difference(ours, theirs):
    """The largest error relative to the output's largest value, and the smallest cosine, over all tensors."""
    error, cosine = 0.0, 1.0
    for name, expected in theirs.items():
        x, y = ours[name].double().flatten(), expected.double().flatten()
        if not torch.isfinite(x).all():
            return float("inf"), 0.0
        error = max(error, float((x - y).abs().max() / y.abs().max()))
        cosine = min(cosine, float(x @ y / (x.norm() * y.norm())))
    return error, cosine


def length(x, truth):
    """The length of x - truth, of truth's: of the tensor where it is largest."""
    return max(float((x[name].double() - own.double()).norm() / own.double().norm()) for name, own in truth.items())


def complaint(ours, theirs):
    """What is wrong with the names and shapes of the outputs, if anything is."""
    missing = sorted(set(theirs) - set(ours))
    if missing:
        return f"no {', '.join(missing)}; there are {', '.join(sorted(ours))}"
    for name, expected in theirs.items():
        if ours[name].shape != expected.shape:
            return f"{name} is {list(ours[name].shape)}, expected {list(expected.shape)}"
    return ""


def run(likeness, network, folder, inputs, dtype="fp32", timeout=900):
    """The program's outputs, or what it said instead."""
    with tempfile.TemporaryDirectory() as scratch:
        source, result = os.path.join(scratch, "in.safetensors"), os.path.join(scratch, "out.safetensors")
        save_file({key: value.contiguous() for key, value in inputs.items()}, source)
        command = [likeness, "forward", network, "--model", str(folder), "--inputs", source, "-o", result]
        try:
            done = subprocess.run(command + ["--dtype", dtype], capture_output=True, text=True, timeout=timeout)
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, str(error)
        if done.returncode or not os.path.exists(result):
            words = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
            return None, f"status {done.returncode}: {' '.join(words[:3])[:300]}"
        return load_file(result), ""


def compare(table, likeness, component, configuration, folder, inputs, expected, dtype="fp32", spoilt=False, truth=None):
    """`truth` is the reference's fp32 where `expected` is its bf16."""
    configuration += " (bf16)" if dtype == "bf16" else ""
    ours, problem = run(likeness, component, folder, inputs, dtype)
    problem = problem or complaint(ours, expected)
    if problem:
        return table.add(component, configuration, None, None, False, problem)
    error, cosine = difference(ours, expected)
    if dtype == "bf16":
        own, theirs = length(ours, truth), length(expected, truth)
        return table.add(component, configuration, error, cosine, own <= 1.5 * theirs + 2e-3, f"{own / max(theirs, 1e-12):.2f}")
    close = error <= ERROR and cosine >= COSINE
    table.add(component, configuration, error, cosine, close != spoilt)


# Spoilt folders


def spoil_eps(folder):
    """Multiplies the configured norm epsilon by ten; None if there is none."""
    file = folder / "config.json"
    config = json.loads(file.read_text())
    key = next((key for key in ("norm_eps", "layer_norm_eps") if key in config), None)
    if key:
        config[key] *= 10
        file.write_text(json.dumps(config))
        return f"{key} x 10"


def spoil_tensor(folder, place, swap):
    """Changes one matrix, or exchanges two of one shape; `place` in 0..<1 is where among the sorted names."""
    file = next(folder.glob("*.safetensors"))
    tensors = load_file(file)
    matrices = sorted(key for key, value in tensors.items() if value.dim() > 1 and "embedding" not in key)
    for name in matrices[int(place * len(matrices)) :]:
        twin = next((key for key in matrices if key != name and tensors[key].shape == tensors[name].shape), None)
        if twin or not swap:
            break
    if swap:
        tensors[name], tensors[twin] = tensors[twin], tensors[name]
    else:
        tensors[name] = tensors[name] * 1.01
    save_file(tensors, file, {"format": "pt"})
    return f"{name} exchanged" if swap else f"{name} x 1.01"


def controls(table, likeness, case, folder):
    model = models.build(case)
    ways = [lambda f, place=place, swap=swap: spoil_tensor(f, place, swap) for place in (0.3, 0.8) for swap in (False, True)]
    for way in [*ways, spoil_eps]:
        spoilt = folder.with_name(folder.name + " spoilt")
        shutil.copytree(folder, spoilt)
        what = way(spoilt)
        if what:
            other = models.CLASSES[case.type].from_pretrained(spoilt).eval()
            for network, inputs in case.inputs.items():
                expected = models.forward(model, network, inputs)
                error, _ = difference(models.forward(other, network, inputs), expected)
                # What is in a VAE's decoder leaves the encoder alone.
                if error > 0:
                    assert error > 2 * ERROR, f"{case.name}, {what}: the reference itself moves by {error:.1e} only"
                    compare(table, likeness, network, f"control: {what}", spoilt, inputs, expected, spoilt=True)
        shutil.rmtree(spoilt)


# Full size


def full_size(table, likeness, folder):
    draws = network_cases.Inputs(1)
    latent, context = draws.normal(1, 4, 64, 64), draws.normal(1, 77, 768)
    picture = 2 * draws.uniform(1, 3, 512, 512) - 1
    unet = {"unet": {"sample": latent, "timestep": torch.tensor([601]), "encoder_hidden_states": context}}
    vae = {"vae-encode": {"x": picture}, "vae-decode": {"z": latent}}
    for type, config, networks in [("UNet2DConditionModel", network_cases.SD15_UNET, unet), ("AutoencoderKL", network_cases.SD15_VAE, vae)]:
        model = models.build_large(type, config, 70000)
        models.save(model, folder)
        expected = {network: models.forward(model, network, inputs) for network, inputs in networks.items()}
        del model
        gc.collect()
        for network, inputs in networks.items():
            compare(table, likeness, network, "Stable Diffusion 1.5, full size", folder, inputs, expected[network])
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("rest", nargs="*", help="ignored")
    parser.add_argument("--quick", action="store_true", help="leave out the networks of full size")
    parser.add_argument("--only", default="", help="only configurations whose name contains this text")
    parser.add_argument("--keep", help="write the folders here and leave them there")
    options = parser.parse_args()
    scratch = pathlib.Path(options.keep or tempfile.mkdtemp())
    scratch.mkdir(parents=True, exist_ok=True)
    table = Table()
    spoilable = {"UNet2DConditionModel": "sd15", "ControlNetModel": "sd15", "AutoencoderKL": "two levels",
                 "CLIPTextModel": "sd15 text, end token 2", "CLIPVisionModelWithProjection": "ViT-L shaped"}  # fmt: skip
    try:
        for case in network_cases.cases():
            if options.only not in f"{case.kind} {case.name}":
                continue
            folder = scratch / f"{case.kind} {case.name}"
            model = models.build(case)
            models.save(model, folder, case.saved)
            label = case.name + ("" if case.saved in ("plain", "old attention") else f" ({case.saved})")
            truth = {network: models.forward(model, network, inputs) for network, inputs in case.inputs.items()}
            for dtype in ("fp32", "bf16"):
                model.to(torch.bfloat16 if dtype == "bf16" else torch.float32)
                for network, inputs in case.inputs.items():
                    expected = models.forward(model, network, inputs)
                    compare(table, options.likeness, network, label, folder, inputs, expected, dtype, truth=truth[network])
            if spoilable.get(case.type) == case.name:
                controls(table, options.likeness, case, folder)
            if not options.keep:
                shutil.rmtree(folder)
        if not options.quick and options.only in "full size":
            full_size(table, options.likeness, scratch / "full size")
    finally:
        if not options.keep:
            shutil.rmtree(scratch)
    print(f"{table.rows} rows, {table.failures} failed")
    sys.exit(1 if table.failures else 0)


if __name__ == "__main__":
    main()
