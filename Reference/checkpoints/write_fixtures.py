"""Writes the checkpoint fixtures; written with torch 2.13.0, safetensors 0.8.0, Python 3.11."""

import os
from collections import OrderedDict

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, name)


TYPES = [
    "bool", "float4_e2m1fn_x2", "uint8", "int8", "float8_e5m2", "float8_e4m3fn", "float8_e8m0fnu",
    "float8_e4m3fnuz", "float8_e5m2fnuz", "int16", "uint16", "float16", "bfloat16", "int32",
    "uint32", "float32", "complex64", "float64", "int64", "uint64",
]  # fmt: skip


def counting(dtype, first, shape=(2, 3)):
    """A tensor of the given type whose bytes are first, first + 1, first + 2, ..."""
    if dtype == torch.bool:
        return torch.tensor([[True, False, True], [False, True, False]])
    count = dtype.itemsize
    for size in shape:
        count *= size
    data = torch.arange(first, first + count).to(torch.uint8)
    return data.view(dtype).reshape(shape)


def write_types():
    tensors = {n: counting(getattr(torch, n), k) for k, n in enumerate(sorted(TYPES))}
    save_file(tensors, path("types.safetensors"), metadata={"format": "pt"})


def state():
    """Everything that a state dictionary can hold; small."""
    base = torch.arange(12, dtype=torch.float32)
    matrix = base.view(3, 4)
    # Built in this order so that both formats see the same storages.
    return OrderedDict(
        [
            ("matrix", matrix),
            ("transposed", matrix.t()),
            ("row", matrix[1]),
            ("column", matrix[:, 2]),
            ("every_other", base[1::2]),
            ("expanded", base[3:4].expand(2, 5)),
            ("parameter", torch.nn.Parameter(torch.tensor([1.5, -2.5]))),
            ("half", torch.tensor([1.0, 0.5], dtype=torch.float16)),
            ("bfloat16", torch.tensor([1.0, 0.5], dtype=torch.bfloat16)),
            ("float8_e4m3fn", torch.tensor([1.0, 0.5]).to(torch.float8_e4m3fn)),
            ("uint16", torch.tensor([1, 65535]).to(torch.uint16)),
            ("complex64", torch.tensor([1 + 2j], dtype=torch.complex64)),
            ("bool", torch.tensor([True, False, True])),
            ("num_batches_tracked", torch.tensor(7)),
            ("empty", torch.empty(0, 3)),
        ]
    )


def write_torch():
    """The same values in every dress; `torch.safetensors` holds what all must give."""
    plain = {k: v.detach().clone().contiguous() for k, v in state().items()}
    save_file(plain, path("torch.safetensors"))
    module = OrderedDict(("module." + k, v) for k, v in state().items())
    training = {
        "epoch": 3, "lr": 1e-3, "name": "run é", "seed": 2**80, "best": None, "tags": ["a", ("b", True)],
        "size": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.float16,
        "state_dict": module,
    }  # fmt: skip
    for name, saved, options in [
        ("zip-protocol2.pth", state(), {}),
        ("zip-protocol4.pth", state(), {"pickle_protocol": 4}),
        ("zip-protocol5.pth", dict(state()), {"pickle_protocol": 5}),
        ("zip-training.pth", training, {}),
        ("legacy-protocol2.pth", state(), {"_use_new_zipfile_serialization": False}),
        ("legacy-protocol4.pth", {"params_ema": dict(state()), "params": {"other": torch.ones(1)}},
         {"_use_new_zipfile_serialization": False, "pickle_protocol": 4}),
    ]:  # fmt: skip
        if isinstance(saved, OrderedDict):
            # What nn.Module.state_dict adds: an attribute that pickles as BUILD.
            saved._metadata = OrderedDict([("", {"version": 1})])
        torch.save(saved, path(name), **options)


if __name__ == "__main__":
    torch.manual_seed(0)
    write_types()
    write_torch()
