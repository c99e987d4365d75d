"""IC-Portrait's nets, exported as diffusers' ControlNetModel, beside Likeness' own.

    python Reference/icportrait/controlnet_parity.py LIKENESS

A small system with random weights is written by `likeness model init`, its appearance net exported by
`likeness model export`; diffusers loads it without missing or unexpected keys, and must give the residuals
that `likeness forward latent-controlnet` gives of the net as it is. Every weight is drawn anew first, so
that no convolution is left at its zeros.
"""

import pathlib
import subprocess
import sys
import tempfile

import torch
from diffusers import ControlNetModel
from safetensors.torch import load_file, save_file

torch.set_num_threads(1)


def redrawn(path, seed):
    generator = torch.Generator().manual_seed(seed)
    tensors = load_file(path)
    for name, value in sorted(tensors.items()):
        spread = 1 / max(value[0].numel(), 1) ** 0.5 if value.dim() > 1 else 0.2
        tensors[name] = torch.randn(value.shape, generator=generator) * spread
        if value.dim() == 1 and "norm" in name and name.endswith("weight"):
            tensors[name] += 1
    save_file(tensors, path, metadata={"format": "pt"})


def compare(likeness):
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def run(*words):
            subprocess.run([likeness, *map(str, words)], check=True, capture_output=True)

        run("model", "init", "--like", "ic-portrait", "--tiny", "-o", folder / "model")
        for net in ("matching", "appearance"):
            own = folder / "model/ic_portrait" / net
            redrawn(own / "diffusion_pytorch_model.safetensors", len(net))
            run("model", "export", own, "-o", folder / net)
            theirs, report = ControlNetModel.from_pretrained(folder / net, output_loading_info=True)
            assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
            generator = torch.Generator().manual_seed(7)
            inputs = {
                "sample": torch.randn(2, 4, 16, 32, generator=generator),
                "timestep": torch.tensor([3, 811]),
                "encoder_hidden_states": torch.randn(2, 1, theirs.config.cross_attention_dim, generator=generator),
                "controlnet_cond": torch.randn(2, 4, 16, 32, generator=generator),
            }
            save_file(inputs, folder / "in.safetensors")
            run("forward", "latent-controlnet", "--model", own, "--inputs", folder / "in.safetensors",
                "-o", folder / "out.safetensors", "--force")
            ours = load_file(folder / "out.safetensors")
            # Its own pipeline would scale the condition; here it is a latent of the sample's size.
            with torch.no_grad():
                down, mid = theirs(**inputs, return_dict=False)
                inputs["controlnet_cond"] = inputs["controlnet_cond"] * 1.01
                control = theirs(**inputs, return_dict=False)[1]
            pairs = [(ours[f"down_block_res_samples.{n}"], value) for n, value in enumerate(down)]
            pairs.append((ours["mid_block_res_sample"], mid))
            assert len(pairs) == len(ours)
            error = max(((a - b).abs().max() / b.abs().max()).item() for a, b in pairs)
            seen = ((ours["mid_block_res_sample"] - control).abs().max() / mid.abs().max()).item()
            print(f"{net}: {len(pairs)} residuals, error {error:.1e} of the largest; a condition 1 % larger {seen:.1e}")
            worst = max(worst, error, 0 if seen > 1e-3 else 1)
    return worst < 2e-5


if __name__ == "__main__":
    sys.exit(0 if compare(sys.argv[1]) else 1)
