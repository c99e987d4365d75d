"""Writes layers.safetensors: every layer's input, parameters, output and gradients, from PyTorch.

Parameters are re-randomised: at their initial values (scale 1, shift 0, mean 0, variance 1) most
mistakes would not show. Each case NAME holds NAME.x, NAME.params.*, NAME.y, NAME.seed (the gradient
that is sent back) and NAME.grads.* (of x and of every parameter).

    python Reference/layers/write_fixtures.py
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(20261121)
tensors = {}


def randomise(module):
    for name, tensor in module.state_dict(keep_vars=True).items():
        if not tensor.is_floating_point():
            continue
        with torch.no_grad():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 2)
            elif name.endswith(("bias", "running_mean")):
                tensor.normal_().mul_(0.1)
            elif isinstance(module, torch.nn.PReLU):
                tensor.uniform_(0, 0.5)
            elif tensor.dim() > 1:
                tensor.normal_().mul_((tensor[0].numel()) ** -0.5)
            else:
                tensor.uniform_(0.5, 1.5)
    return module


def case(name, forward, x, module=None, state=True):
    """Records one forward and backward pass of forward(x)."""
    before = {} if module is None else {k: v.clone() for k, v in module.state_dict().items()}
    x = x.detach()
    if x.is_floating_point():
        x.requires_grad_()
    y = forward(x)
    seed = torch.randn_like(y)
    y.backward(seed)
    tensors[f"{name}.x"] = x.detach()
    tensors[f"{name}.y"] = y.detach()
    tensors[f"{name}.seed"] = seed
    for key, value in before.items():
        if key != "num_batches_tracked":
            tensors[f"{name}.params.{key}"] = value
    if x.grad is not None:
        tensors[f"{name}.grads.x"] = x.grad
    if module is not None:
        for key, parameter in module.named_parameters():
            tensors[f"{name}.grads.{key}"] = parameter.grad


def layer(name, module, x):
    module = randomise(module)
    case(name, module, x, module)
    return module


nn = torch.nn
picture = lambda *shape: torch.randn(*shape)

layer("linear", nn.Linear(5, 7), picture(2, 3, 5))
layer("linear_no_bias", nn.Linear(5, 7, bias=False), picture(4, 5))
layer("conv2d", nn.Conv2d(4, 6, 3, padding=1), picture(2, 4, 7, 6))
layer("conv2d_stride_groups", nn.Conv2d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2), picture(2, 4, 9, 8))
layer("conv2d_pointwise_no_bias", nn.Conv2d(4, 6, 1, bias=False), picture(1, 4, 5, 5))
layer("conv_transpose2d", nn.ConvTranspose2d(4, 6, 4, stride=2, padding=1), picture(2, 4, 5, 6))
layer("conv_transpose2d_groups", nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), picture(1, 4, 5, 4))
layer("group_norm", nn.GroupNorm(4, 8, eps=1e-6), picture(2, 8, 3, 5))
layer("group_norm_tokens", nn.GroupNorm(2, 6), picture(3, 6, 4))
layer("layer_norm", nn.LayerNorm(9), picture(2, 4, 9))
layer("layer_norm_plain", nn.LayerNorm(9, eps=1e-6, elementwise_affine=False), picture(2, 4, 9))
layer("batch_norm", nn.BatchNorm2d(5, eps=2e-5).eval(), picture(3, 5, 4, 4))
layer("batch_norm_vectors", nn.BatchNorm1d(5).eval(), picture(6, 5))
trained = layer("batch_norm_training", nn.BatchNorm2d(5, momentum=0.3).train(), picture(3, 5, 4, 4))
tensors["batch_norm_training.after.running_mean"] = trained.running_mean.clone()
tensors["batch_norm_training.after.running_var"] = trained.running_var.clone()
layer("embedding", nn.Embedding(11, 6), torch.randint(0, 11, (3, 4)))
layer("prelu", nn.PReLU(4), picture(2, 4, 3, 3))
layer("prelu_shared", nn.PReLU(), picture(2, 7))

for name, function in {
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "softplus": F.softplus,
    "hard_swish": F.hardswish,
    "hard_sigmoid": F.hardsigmoid,
}.items():
    case(name, function, picture(3, 17) * 3)

image = picture(1, 2, 6, 9)
for name, function in {
    "max_pool": lambda x: F.max_pool2d(x, 3, stride=2, padding=1),
    "avg_pool": lambda x: F.avg_pool2d(x, 2),
    "avg_pool_padded": lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False),
    "adaptive_avg_pool": lambda x: F.adaptive_avg_pool2d(x, (2, 4)),
    "nearest": lambda x: F.interpolate(x, size=(13, 5), mode="nearest"),
    "nearest_exact": lambda x: F.interpolate(x, size=(13, 5), mode="nearest-exact"),
    "bilinear": lambda x: F.interpolate(x, size=(13, 5), mode="bilinear"),
    "bilinear_corners": lambda x: F.interpolate(x, size=(13, 5), mode="bilinear", align_corners=True),
    "bilinear_antialias": lambda x: F.interpolate(x, size=(3, 5), mode="bilinear", antialias=True),
    "bicubic": lambda x: F.interpolate(x, size=(13, 5), mode="bicubic"),
    "bicubic_antialias": lambda x: F.interpolate(x, size=(3, 5), mode="bicubic", antialias=True),
    "pad_zeros": lambda x: F.pad(x, (1, 2, 0, 3), value=0.5),
    "pad_reflection": lambda x: F.pad(x, (1, 2, 3, 1), mode="reflect"),
    "pad_border": lambda x: F.pad(x, (1, 2, 3, 1), mode="replicate"),
    "pixel_unshuffle": lambda x: F.pixel_unshuffle(x, 3),
}.items():
    case(name, function, image)
case("pixel_shuffle", lambda x: F.pixel_shuffle(x, 2), picture(1, 8, 3, 2))

tensors["grid"] = torch.rand(2, 5, 4, 2) * 2.6 - 1.3
for mode in ["bilinear", "nearest", "bicubic"]:
    for padding in ["zeros", "border", "reflection"]:
        for corners in [False, True]:
            name = f"grid_sample_{mode}_{padding}" + ("_corners" if corners else "")
            case(
                name,
                lambda x: F.grid_sample(x, tensors["grid"], mode, padding, align_corners=corners),
                picture(2, 3, 6, 7),
            )

tensors["keys"], tensors["values"] = picture(2, 3, 6, 8), picture(2, 3, 6, 8)
tensors["mask"] = picture(1, 1, 5, 6)
tensors["choice"] = torch.rand(1, 1, 5, 6) > 0.3
attend = lambda q, **options: F.scaled_dot_product_attention(q, tensors["keys"], tensors["values"], **options)
queries = picture(2, 3, 5, 8)
case("attention", lambda q: attend(q), queries)
case("attention_scaled", lambda q: attend(q, scale=0.2), queries)
case("attention_added_mask", lambda q: attend(q, attn_mask=tensors["mask"]), queries)
case("attention_choice_mask", lambda q: attend(q, attn_mask=tensors["choice"]), queries)
case("attention_causal", lambda q: F.scaled_dot_product_attention(q, tensors["keys"], tensors["values"], is_causal=True), picture(2, 3, 6, 8))



class GEGLU(nn.Module):
    """The worked example of CONTRIBUTING.md."""

    def __init__(self, dim_in, dim_out):
        super().__init__()
        self.proj = nn.Linear(dim_in, dim_out * 2)

    def forward(self, x):
        x, gate = self.proj(x).chunk(2, dim=-1)
        return x * F.gelu(gate)


layer("geglu", GEGLU(6, 5), picture(2, 4, 6))

here = pathlib.Path(__file__).parent
save_file(
    {k: v.contiguous().clone() for k, v in tensors.items()},
    here / "layers.safetensors",
    {"torch": torch.__version__, "script": "Reference/layers/write_fixtures.py"},
)
print(len(tensors), "tensors,", (here / "layers.safetensors").stat().st_size, "bytes")
