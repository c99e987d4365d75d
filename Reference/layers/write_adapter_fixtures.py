"""Writes adapters.safetensors: low-rank adapters by PEFT's formulas, written out in PyTorch.

    linear:       y = base(x) + sum_i weight_i * alpha_i / r_i * B_i(A_i(x))
    convolution:  A_i has the base's kernel, stride and padding; B_i is 1x1
    merged:       W + sum_i weight_i * alpha_i / r_i * B_i A_i

Each case NAME holds NAME.x, NAME.base.*, NAME.I.lora_A.weight and NAME.I.lora_B.weight of adapter I,
NAME.I.numbers (alpha, weight), NAME.y, NAME.seed, NAME.grads.I.A, NAME.grads.I.B, NAME.merged.

    python Reference/layers/write_adapter_fixtures.py
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(20261122)
tensors = {}


def case(name, base, x, adapters):
    """adapters: (rank, alpha, weight) of each."""
    is_conv = base.weight.dim() == 4
    y = base(x)
    merged = base.weight.detach().clone()
    leaves = []
    for index, (rank, alpha, weight) in enumerate(adapters):
        down = torch.randn(rank, *base.weight.shape[1:]).mul_(base.weight[0].numel() ** -0.5)
        up = torch.randn(base.weight.shape[0], rank, *([1, 1] if is_conv else []))
        down.requires_grad_(), up.requires_grad_()
        scale = weight * alpha / rank
        if is_conv:
            narrow = F.conv2d(x, down, None, base.stride, base.padding, base.dilation)
            y = y + F.conv2d(narrow, up) * scale
        else:
            y = y + F.linear(F.linear(x, down), up) * scale
        product = up.detach().flatten(1) @ down.detach().flatten(1)
        merged += product.reshape(merged.shape) * scale
        tensors[f"{name}.{index}.lora_A.weight"] = down
        tensors[f"{name}.{index}.lora_B.weight"] = up
        tensors[f"{name}.{index}.numbers"] = torch.tensor([alpha, weight], dtype=torch.float64)
        leaves += [(f"{index}.A", down), (f"{index}.B", up)]
    seed = torch.randn_like(y)
    y.backward(seed)
    tensors.update({f"{name}.x": x, f"{name}.y": y, f"{name}.seed": seed, f"{name}.merged": merged})
    for key, value in base.state_dict().items():
        tensors[f"{name}.base.{key}"] = value
    for key, leaf in leaves:
        tensors[f"{name}.grads.{key}"] = leaf.grad


nn = torch.nn
case("linear", nn.Linear(6, 5), torch.randn(2, 3, 6), [(2, 8.0, 1.0)])
case("conv", nn.Conv2d(4, 6, 3, stride=2, padding=1), torch.randn(2, 4, 7, 6), [(3, 3.0, 0.5)])
case("several", nn.Linear(6, 5, bias=False), torch.randn(4, 6), [(2, 4.0, 0.7), (4, 1.0, 0.4)])

here = pathlib.Path(__file__).parent
save_file(
    {k: v.detach().contiguous().clone() for k, v in tensors.items()},
    here / "adapters.safetensors",
    {"torch": torch.__version__, "script": "Reference/layers/write_adapter_fixtures.py"},
)
print(len(tensors), "tensors,", (here / "adapters.safetensors").stat().st_size, "bytes")
