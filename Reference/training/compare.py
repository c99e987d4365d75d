"""Trains one small UNet with `likeness` and with PyTorch, and compares.

    python compare.py LIKENESS [--steps 50] [--rounds 3] [--threads N] [--only adamw,sgd]

Both start from the same random weights and get the same latents, noise, timesteps and contexts, so that
everything after that is training itself: the network's gradients, clipping, the optimizer, the learning
rate of every step, the average of the weights. Compared are the losses and the gradients' lengths of
every step, the weights and the averages at the end, and steps a second in runs that alternate. Controls
train PyTorch with one setting wrong: each must break a bound. Exits with 1 if a bound is broken, if a
control goes unnoticed, or if ours is slower.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "diffusion"))

CONFIG = {
    "act_fn": "silu", "attention_head_dim": 4, "block_out_channels": [32, 64, 96], "center_input_sample": False,
    "cross_attention_dim": 48, "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "downsample_padding": 1, "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 4, "layers_per_block": 1,
    "mid_block_scale_factor": 1, "norm_eps": 1e-5, "norm_num_groups": 16, "out_channels": 4, "sample_size": 16,
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
}
# The miniature base's shape, and what of its kind a batch holds: latents' height and width, words' width.
MINIATURE = CONFIG | {
    "block_out_channels": [64, 128, 192], "cross_attention_dim": 192, "norm_num_groups": 8, "sample_size": 32,
}
SHAPES = {"small": (CONFIG, 16, 16), "miniature": (MINIATURE, 32, 32), "canvas": (MINIATURE, 32, 64)}
COMMON = {
    "learning_rate": 5e-4, "weight_decay": 0.01, "max_grad_norm": 1.0, "schedule": "cosine", "warmup_steps": 5,
    "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "momentum": 0.9, "nesterov": False, "kind": "adamw",
}
CASES = {
    "adamw": {},
    "adamw linear": {"schedule": "linear"},
    "adamw 2 batches a step": {"accumulation": 2},
    "adam": {"kind": "adam"},
    "sgd": {"kind": "sgd", "learning_rate": 2e-2},
    "sgd nesterov": {"kind": "sgd", "nesterov": True, "learning_rate": 2e-2},
}
CONTROLS = {
    "weight decay of 0.1 for 0.01": {"weight_decay": 0.1},
    "beta2 of 0.99 for 0.999": {"beta2": 0.99},
    "clipping to 2 for 1": {"max_grad_norm": 2.0},
    "one more step of warm-up": {"warmup_steps": 6},
    "Adam for AdamW": {"kind": "adam"},
    "average's decay of 0.7 for 0.999": {"average_decay": 0.7},
}
DECAY = 0.999
# Relative for losses and lengths. For weights the largest difference as a share of the furthest that any
# weight has moved from where training began, and 1 - cosine of all weights' ways from there.
BOUNDS = {"loss": 1e-4, "grad_norm": 1e-3, "model": 5e-4, "model angle": 1e-8, "average": 5e-4, "average angle": 1e-8}


def settings(steps, batch, changes):
    """What `likeness` reads; the PyTorch half reads the same file."""
    optimizer = COMMON | {k: v for k, v in changes.items() if k in COMMON}
    rest = {k: v for k, v in changes.items() if k not in COMMON}
    return {
        "steps": steps, "batch_size": batch, "accumulation": 1, "average_decay": DECAY, "log_every": 1,
        "save_every": 10**6, "sample_every": 0, "evaluate_every": 0, "optimizer": optimizer,
    } | rest


def train(model, data, settings_path, output):
    """The PyTorch half, in a process of its own."""
    import torch
    from diffusers import UNet2DConditionModel
    from diffusers.optimization import get_scheduler
    from diffusers.training_utils import EMAModel
    from safetensors.torch import load_file, save_file

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    told = json.loads(pathlib.Path(settings_path).read_text())
    how, steps, parts = told["optimizer"], told["steps"], told["accumulation"]
    unet = UNet2DConditionModel.from_pretrained(model).train().to(memory_format=torch.channels_last)
    parameters = list(unet.parameters())
    if how["kind"] == "sgd":
        optimizer = torch.optim.SGD(
            parameters, lr=how["learning_rate"], momentum=how["momentum"], nesterov=how["nesterov"],
            weight_decay=how["weight_decay"], fused=True,
        )
    else:
        kind = torch.optim.AdamW if how["kind"] == "adamw" else torch.optim.Adam
        optimizer = kind(
            parameters, lr=how["learning_rate"], betas=(how["beta1"], how["beta2"]), eps=how["epsilon"],
            weight_decay=how["weight_decay"], fused=True,
        )
    warmup = {"num_warmup_steps": how["warmup_steps"], "num_training_steps": steps}
    name = "constant_with_warmup" if how["schedule"] == "constant" else how["schedule"]
    scheduler = get_scheduler(name, optimizer, **warmup)
    average = [parameter.detach().clone() for parameter in parameters]
    diffusers_average = EMAModel(parameters, decay=told["average_decay"], foreach=True)
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float32) ** 2
    alphas = torch.cumprod(1 - betas, 0)
    given = load_file(data)
    losses, norms, seconds = [], [], []
    for step in range(steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        for part in range(parts):
            x0, noise, timesteps, context = (
                given[name][step * parts + part] for name in ("x0", "noise", "timesteps", "context")
            )
            alpha = alphas[timesteps].view(-1, 1, 1, 1)
            noisy = alpha.sqrt() * x0 + (1 - alpha).sqrt() * noise
            with torch.autocast("cpu", torch.bfloat16, enabled=told.get("precision") == "bf16"):
                said = unet(noisy, timesteps, context).sample
            loss = torch.nn.functional.mse_loss(said.float(), noise)
            (loss / parts).backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, how["max_grad_norm"], foreach=True)
        optimizer.step()
        scheduler.step()
        decay = min(told["average_decay"], (2 + step) / (11 + step))
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1 - decay)
        losses.append(loss.item())
        norms.append(norm.item())
        seconds.append(time.perf_counter() - start)
        diffusers_average.step(parameters)  # not timed: a second average
    result = {
        "loss": torch.tensor(losses, dtype=torch.float64),
        "grad_norm": torch.tensor(norms, dtype=torch.float64),
        "seconds": torch.tensor(seconds, dtype=torch.float64),
    }
    for (name, parameter), own, theirs in zip(unet.named_parameters(), average, diffusers_average.shadow_params):
        result[f"model.{name}"] = parameter.detach().contiguous()
        result[f"average.{name}"] = own.contiguous()
        result[f"diffusers.{name}"] = theirs.contiguous()
    save_file(result, output)


class Comparison:
    def __init__(self, likeness, folder, steps, batch, threads, shape="small"):
        self.likeness, self.folder, self.steps, self.batch = likeness, folder, steps, batch
        self.config, self.height, self.width = SHAPES[shape]
        self.environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        self.model, self.data = folder / "unet", folder / "data.safetensors"

    def prepare(self, seed=7):
        """A network with every weight drawn anew, and enough data for two batches a step."""
        import torch
        from diffusers import UNet2DConditionModel
        from models import randomise
        from safetensors.torch import save_file

        unet = randomise(UNet2DConditionModel(**self.config), seed)
        unet.save_pretrained(self.model)
        generator = torch.Generator().manual_seed(seed)
        shape = (2 * self.steps, self.batch)
        draw = lambda *sizes: torch.randn(*shape, *sizes, generator=generator)
        latents, words = (4, self.height, self.width), self.config["cross_attention_dim"]
        data = {"x0": draw(*latents), "noise": draw(*latents), "context": draw(77, words)}
        data["timesteps"] = torch.randint(0, 1000, shape, generator=generator)
        save_file(data, self.data)
        self.start = {name: parameter.detach() for name, parameter in unet.named_parameters()}
        return sum(parameter.numel() for parameter in unet.parameters())

    def run(self, ours, changes):
        from safetensors.torch import load_file

        path, output = self.folder / "settings.json", self.folder / f"{'ours' if ours else 'theirs'}.safetensors"
        path.write_text(json.dumps(settings(self.steps, self.batch, changes)))
        if ours:
            command = [self.likeness, "oracle", "training", "--model", self.model, "--data", self.data]
            command += ["--settings", path, "-o", output]
        else:
            command = [sys.executable, __file__, "--worker", self.model, self.data, path, output]
        subprocess.run(command, check=True, env=self.environment, stdout=subprocess.DEVNULL)
        return {name: tensor.clone() for name, tensor in load_file(output).items()}


def apart(ours, theirs, start, average="average"):
    """The largest differences, by what BOUNDS calls them."""
    import torch

    result = {}
    for name in ("loss", "grad_norm"):
        a, b = ours[name], theirs[name]
        if a.shape != b.shape:
            sys.exit(f"{name}: {tuple(a.shape)} of ours, {tuple(b.shape)} of PyTorch's")
        result[name] = ((a - b).abs() / b.abs()).max().item()
    for kind, other in (("model", "model"), ("average", average)):
        names = sorted(name[len(kind) + 1 :] for name in ours if name.startswith(kind + "."))
        expected = sorted(name[len(other) + 1 :] for name in theirs if name.startswith(other + "."))
        if names != expected:
            sys.exit(f"{kind}: other names: {sorted(set(names) ^ set(expected))[:4]}")
        a, b = (
            torch.cat([(tensors[f"{key}.{name}"].double() - start[name].double()).flatten() for name in names])
            for tensors, key in ((ours, kind), (theirs, other))
        )
        result[kind] = ((a - b).abs().max() / b.abs().max()).item()
        result[f"{kind} angle"] = max(0.0, 1 - (a @ b / (a.norm() * b.norm())).item())
    return result


def broken(differences):
    return [name for name, bound in BOUNDS.items() if not differences[name] <= bound]


def line(name, differences):
    text = "".join(f"{differences[key]:10.1e}" for key in BOUNDS)
    wrong = broken(differences)
    return f"{name:28}{text}  " + ("BROKEN: " + ", ".join(wrong) if wrong else "within bounds")


def pace(comparison, rounds, changes):
    """Steps a second of both, in turn; how many times PyTorch's ours are."""
    paces, losses = {"likeness": [], "PyTorch": []}, {}
    for _ in range(rounds):
        for name in paces:
            result = comparison.run(name == "likeness", changes)
            losses[name] = result["loss"]
            # The first steps warm caches and threads up.
            paces[name].append(1 / statistics.median(result["seconds"].tolist()[5:]))
    for name, own in paces.items():
        print(f"{name:9} {statistics.median(own):7.2f} steps/s  ({', '.join(f'{pace:.2f}' for pace in own)})")
    apart = ((losses["likeness"] - losses["PyTorch"]).abs() / losses["PyTorch"].abs()).max().item()
    ratio = statistics.median(paces["likeness"]) / statistics.median(paces["PyTorch"])
    print(f"ours at {ratio:.2f} times PyTorch's pace; losses of all steps within {apart:.1e}")
    return ratio


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="cases, such as adamw,sgd")
    parser.add_argument("--shape", default="small", choices=SHAPES, help="the network and its latents")
    parser.add_argument("--bf16", action="store_true", help="only the pace, in bf16 with float32 weights")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(
            options.likeness, pathlib.Path(folder), options.steps, options.batch, options.threads, options.shape
        )
        count = comparison.prepare()
        print(f"{count} parameters, {options.steps} steps of {options.batch}, {options.threads} thread(s)")
        if options.bf16:
            sys.exit(1 if pace(comparison, options.rounds, {"precision": "bf16"}) < 1 else 0)
        print(f"{'':28}" + "".join(f"{name.replace(' angle', ' 1-c'):>10}" for name in BOUNDS))
        ours = None
        for name, changes in CASES.items():
            if options.only and name not in options.only.split(","):
                continue
            a, b = comparison.run(True, changes), comparison.run(False, changes)
            ours = a if name == "adamw" else ours
            differences = apart(a, b, comparison.start)
            failed |= bool(broken(differences))
            print(line(name, differences), flush=True)
            print(f"{'':28}loss {b['loss'][0]:.4f} to {b['loss'][-1]:.4f}, gradient {b['grad_norm'].max():.3g} at most")
            counted = apart(a, b, comparison.start, average="diffusers")
            print(f"{'':28}diffusers' own EMAModel: {counted['average']:.1e}, 1-c {counted['average angle']:.1e}")
        ours = ours or comparison.run(True, {})
        unchanged = 0
        for name, changes in CONTROLS.items():
            differences = apart(ours, comparison.run(False, changes), comparison.start)
            wrong = broken(differences)
            unchanged += not wrong
            seen = "seen in " + ", ".join(f"{key} {differences[key]:.1e}" for key in wrong)
            print(f"control, {name}: " + (seen if wrong else "NOT NOTICED"), flush=True)
        ratio = pace(comparison, options.rounds, {})
    sys.exit(1 if failed or unchanged or ratio < 1 else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        train(*sys.argv[2:])
    else:
        main()
