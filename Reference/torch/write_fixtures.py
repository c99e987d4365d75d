"""Writes torch.safetensors: random numbers, and results of operators, from Python's torch.

    python Reference/torch/write_fixtures.py
"""

import pathlib

import torch
from safetensors.torch import save_file

tensors = {}

# torch.randn with one generator, seeded afresh for each shape and type.
for shape in [[1], [15], [16], [17], [4, 64, 64]]:
    for dtype in [torch.float32, torch.bfloat16, torch.float64, torch.float16]:
        if dtype in (torch.float64, torch.float16) and len(shape) > 1:
            continue  # keeps the file small
        for seed in [0, 42]:
            if seed and len(shape) > 1 and dtype == torch.bfloat16:
                continue
            g = torch.Generator().manual_seed(seed)
            name = "x".join(map(str, shape))
            tensors[f"randn.{seed}.{str(dtype)[6:]}.{name}"] = torch.randn(shape, generator=g, dtype=dtype)

# Draws one after the other share the generator's state.
g = torch.Generator().manual_seed(7)
tensors["sequence.randn"] = torch.randn(5, generator=g)
tensors["sequence.rand"] = torch.rand(4, 3, generator=g)
tensors["sequence.randint"] = torch.randint(-3, 9, (20,), generator=g)
tensors["sequence.state"] = g.get_state()
tensors["sequence.randperm"] = torch.randperm(10, generator=g)
tensors["sequence.after"] = torch.randn(20, generator=g)

g = torch.Generator().manual_seed(1)
a = torch.randn(3, 4, generator=g)
b = torch.randn(3, 4, generator=g) * 2
tensors["a"], tensors["b"] = a, b
results = {
    "add": a + b, "subtract": a - b, "multiply": a * b, "divide": a / b,
    "reverse_subtract": 1.5 - a, "reverse_divide": 2 / a, "negate": -a,
    "matmul": a @ b.T, "power": a.abs() ** 1.5, "exp": a.exp(), "log": a.abs().log(),
    "sqrt": a.abs().sqrt(), "rsqrt": a.abs().rsqrt(), "sin": a.sin(), "cos": a.cos(),
    "tanh": a.tanh(), "sigmoid": a.sigmoid(), "floor": b.floor(), "ceil": b.ceil(),
    "round": b.round(), "atan2": torch.atan2(a, b), "clamp": a.clamp(-0.5, 0.7),
    "minimum": torch.minimum(a, b), "maximum": torch.maximum(a, b), "lerp": torch.lerp(a, b, 0.3),
    "sum": a.sum(), "sum0": a.sum(0), "mean": a.mean(1, keepdim=True), "variance": a.var(1),
    "variance_population": a.var(1, correction=0), "std": a.std(), "norm": a.norm(dim=1),
    "max": a.amax(1), "min": a.amin(0), "argmax": a.argmax(1), "argmin": a.argmin(0),
    "cumsum": a.cumsum(1), "cumprod": a.cumprod(0), "softmax": a.softmax(-1),
    "log_softmax": a.log_softmax(0), "transpose": a.T.contiguous(), "flip": a.flip(0, 1),
    "cat": torch.cat([a, b], 1), "stack": torch.stack([a, b], 1), "where": torch.where(a > 0, a, b),
    "tile": a.repeat(2, 1), "sorted": a.sort(1, descending=True)[0],
    "order": a.sort(1, descending=True)[1], "topk": a.topk(2, 1)[0],
    "gather": a.gather(1, torch.tensor([[0, 1], [3, 2], [1, 1]])),
    "masked": a.masked_fill(b > 0, -7.0), "index": a[torch.tensor([2, 0])],
    "linspace": torch.linspace(-1, 2, 7), "arange": torch.arange(0, 1, 0.3), "eye": torch.eye(3),
}
tensors |= {f"op.{name}": value for name, value in results.items()}

here = pathlib.Path(__file__).parent
save_file(
    {k: v.contiguous().clone() for k, v in tensors.items()},
    here / "torch.safetensors",
    {"torch": torch.__version__, "script": "Reference/torch/write_fixtures.py"},
)
print(len(tensors), "tensors,", (here / "torch.safetensors").stat().st_size, "bytes")
