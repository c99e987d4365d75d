"""Compares Likeness's face networks at full size with arcface_torch and Pytorch_Retinaface.

    python parity.py LIKENESS [oracle] [--insightface DIR] [--retinaface DIR] [--only TEXT]

The references are no packages: references.py says where their checkouts go. Without them nothing is compared.

Each network gets random weights and is saved as published files are (a torch file, without a
configuration), or as a folder with config.json; then `LIKENESS forward` runs it. fp32: largest error
<= 2e-5 of the output's largest value and cosine >= 0.999999. bf16, against the reference's fp32: 1 - cosine may be
as large as that of the reference's own bf16, which its hundreds of layers make more than a fixed bound would
allow. Rows called `control` give the program spoilt weights and must miss the fp32 bound. Exits with 1 if a
row fails.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file

import references

ERROR, COSINE = 2e-5, 0.999999
ARCFACE = {
    "iresnet18": {"layers": [2, 2, 2, 2]}, "iresnet34": {"layers": [3, 4, 6, 3]}, "iresnet50": {"layers": [3, 4, 14, 3]},
    "iresnet100": {"layers": [3, 13, 30, 3]}, "iresnet200": {"layers": [6, 26, 60, 6]},
}  # fmt: skip


def cases(options):
    """Name, command, builder, configuration and input of each network."""
    arcface = references.ArcFace(options.insightface)
    retinaface = references.RetinaFace(options.retinaface)
    generator = torch.Generator().manual_seed(1)
    faces = 2 * torch.rand((2, 3, 112, 112), generator=generator) - 1
    pictures = 255 * torch.rand((1, 3, 250, 333), generator=generator) - 120
    for name, sizes in ARCFACE.items():
        yield name, "arcface", getattr(arcface.iresnet, name), {"_class_name": "IResNet", **sizes}, faces
    mobile = {"_class_name": "MobileFaceNet", "blocks": [1, 4, 6, 2]}
    yield "mobilefacenet", "arcface", lambda: arcface.mobilefacenet.get_mbf(False, 512), mobile, faces
    large = {"_class_name": "MobileFaceNet", "blocks": [2, 8, 12, 4], "scale": 4}
    yield "mobilefacenet, large", "arcface", lambda: arcface.mobilefacenet.get_mbf_large(False, 512), large, faces
    sizes = {"body": "MobileNet", "widths": [8, 16, 32, 64, 128, 256], "blocks": [6, 2], "channels": 64}
    yield "mobilenet0.25", "retinaface", lambda: retinaface.build(retinaface.mnet, "train"), {"_class_name": "RetinaFace", **sizes}, pictures
    sizes = {"body": "ResNet", "widths": [64, 128, 256, 512], "blocks": [3, 4, 6, 3], "channels": 256}
    yield "resnet50", "retinaface", lambda: retinaface.build(retinaface.r50, "train"), {"_class_name": "RetinaFace", **sizes}, pictures


def forward(model, command, x):
    with torch.no_grad():
        output = model(x)
    return {"embedding": output} if command == "arcface" else dict(zip(["boxes", "logits", "landmarks"], output))


def run(likeness, command, path, x, dtype="fp32"):
    """The program's outputs, or what it said instead."""
    name = "faces" if command == "arcface" else "pictures"
    with tempfile.TemporaryDirectory() as scratch:
        source, result = f"{scratch}/in.safetensors", f"{scratch}/out.safetensors"
        save_file({name: x.contiguous()}, source)
        line = [likeness, "forward", command, "--model", str(path), "--inputs", source, "-o", result, "--dtype", dtype]
        done = subprocess.run(line, capture_output=True, text=True, timeout=900)
        if done.returncode:
            return None, f"status {done.returncode}: {(done.stderr or done.stdout).strip()[:300]}"
        return load_file(result), ""


def difference(ours, theirs):
    """The largest error relative to the output's largest value, and the smallest cosine, over all tensors."""
    error, cosine = 0.0, 1.0
    for name, expected in theirs.items():
        a, b = ours[name].double().flatten(), expected.double().flatten()
        if a.shape != b.shape or not torch.isfinite(a).all():
            return float("inf"), 0.0
        error = max(error, float((a - b).abs().max() / b.abs().max()))
        cosine = min(cosine, float(a @ b / (a.norm() * b.norm())))
    return error, cosine


def spoil(state):
    """One weight in the middle, larger by a hundredth."""
    kernels = sorted(key for key, value in state.items() if value.dim() == 4)
    key = kernels[len(kernels) // 2]
    return {**state, key: state[key] * 1.01}


def main():
    options = references.arguments(
        __doc__, (["likeness"], {}), (["rest"], {"nargs": "*", "help": "ignored"}),
        (["--only"], {"default": "", "help": "only networks whose name contains this text"}))  # fmt: skip
    missing = [str(path) for path in (options.insightface, options.retinaface) if not path.is_dir()]
    if missing:
        print(f"skipped: there is no {' and no '.join(missing)}; references.py says what to clone")
        return
    failures = rows = 0

    def row(name, form, outcome, theirs, good):
        nonlocal failures, rows
        ours, problem = outcome
        error, cosine = difference(ours, theirs) if ours else (float("inf"), 0.0)
        fine = not problem and good(error, cosine)
        rows, failures = rows + 1, failures + (not fine)
        print(f"{name:22} {form:36} {error:9.1e} {cosine:12.9f}  {'ok' if fine else 'FAIL'} {problem}", flush=True)

    close = lambda error, cosine: error <= ERROR and cosine >= COSINE
    print(f"{'network':22} {'form':36} {'error':>9} {'cosine':>12}  verdict")
    for index, (name, command, build, config, x) in enumerate(cases(options)):
        if options.only not in name:
            continue
        model = references.randomise(build(), 900 + index).eval()
        theirs = forward(model, command, x)
        state = references.state(model)
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            torch.save({f"module.{key}": value for key, value in model.state_dict().items()}, folder / "published.pth")
            row(name, "torch file, module. before names", run(options.likeness, command, folder / "published.pth", x), theirs, close)
            (folder / "config.json").write_text(json.dumps(config))
            save_file({key: value.contiguous() for key, value in spoil(state).items()}, folder / "model.safetensors")
            row(name, "control: one weight x 1.01", run(options.likeness, command, folder, x), theirs, lambda *found: not close(*found))
            save_file({key: value.contiguous() for key, value in state.items()}, folder / "model.safetensors")
            row(name, "folder", run(options.likeness, command, folder, x), theirs, close)
            _, own = difference(forward(model.to(torch.bfloat16), command, x.to(torch.bfloat16)), theirs)
            form = f"folder (bf16; reference {own:.6f})"
            row(name, form, run(options.likeness, command, folder, x, "bf16"), theirs, lambda _, cosine: cosine >= own)
    print(f"{rows} rows, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
