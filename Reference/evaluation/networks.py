"""Inception and LPIPS written out in plain PyTorch, with the published modules' names.

The structure is that of pytorch-fid's `fid_inception_v3` and of lpips' `LPIPS`; state dicts have the
keys of keys/*.txt. Parameters are drawn by `fill`, by a rule that any program with PyTorch's CPU
generator can follow, so that no weights need to be stored:

names are sorted, and the i-th (counting those with elements of floating point only) draws
u = rand(shape) from a generator seeded with SEED + i; then
- `running_var`: 0.5 + 1.5 u;
- `lin*.weight`: u, as these are never negative;
- two dimensions and more: (2 u - 1) sqrt(3 / fan in);
- other vectors called `weight`: 0.5 + u;
- everything else: 0.1 sqrt(3) (2 u - 1).
"""

import torch
import torch.nn.functional as F
from torch import nn

SEED = 3000


def fill(module, fixed=()):
    state = module.state_dict()
    names = sorted(k for k, v in state.items() if v.is_floating_point() and not k.startswith(fixed))
    for i, name in enumerate(names):
        tensor = state[name]
        u = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(SEED + i))
        if name.endswith("running_var"):
            value = 0.5 + 1.5 * u
        elif name.startswith("lin"):
            value = u
        elif tensor.dim() > 1:
            value = (2 * u - 1) * (3 / tensor[0].numel()) ** 0.5
        elif name.endswith("weight"):
            value = 0.5 + u
        else:
            value = 0.1 * 3**0.5 * (2 * u - 1)
        tensor.copy_(value)
    return module.eval()


class Unit(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


ROW, COLUMN = dict(kernel=(1, 7), padding=(0, 3)), dict(kernel=(7, 1), padding=(3, 0))
SHORT_ROW, SHORT_COLUMN = dict(kernel=(1, 3), padding=(0, 1)), dict(kernel=(3, 1), padding=(1, 0))


def mean_pool(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class Mixed(nn.Module):
    """Branches side by side; `plan` names each one's units, or the pooling before them."""

    def __init__(self, plan, units):
        super().__init__()
        for name, unit in units.items():
            self.add_module(name, unit)
        self.plan = plan

    def forward(self, x):
        parts = []
        for branch in self.plan:
            y = x
            for step in branch:
                y = step(y) if callable(step) else getattr(self, step)(y)
            parts.append(y)
        return torch.cat(parts, 1)


def block_a(inputs, pool):
    units = dict(
        branch1x1=Unit(inputs, 64, 1),
        branch5x5_1=Unit(inputs, 48, 1),
        branch5x5_2=Unit(48, 64, 5, padding=2),
        branch3x3dbl_1=Unit(inputs, 64, 1),
        branch3x3dbl_2=Unit(64, 96, 3, padding=1),
        branch3x3dbl_3=Unit(96, 96, 3, padding=1),
        branch_pool=Unit(inputs, pool, 1),
    )
    plan = [
        ["branch1x1"],
        ["branch5x5_1", "branch5x5_2"],
        ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"],
        [mean_pool, "branch_pool"],
    ]
    return Mixed(plan, units)


def block_b(inputs):
    units = dict(
        branch3x3=Unit(inputs, 384, 3, stride=2),
        branch3x3dbl_1=Unit(inputs, 64, 1),
        branch3x3dbl_2=Unit(64, 96, 3, padding=1),
        branch3x3dbl_3=Unit(96, 96, 3, stride=2),
    )
    plan = [
        ["branch3x3"],
        ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"],
        [lambda x: F.max_pool2d(x, 3, 2)],
    ]
    return Mixed(plan, units)


def block_c(width):
    units = dict(
        branch1x1=Unit(768, 192, 1),
        branch7x7_1=Unit(768, width, 1),
        branch7x7_2=Unit(width, width, **ROW),
        branch7x7_3=Unit(width, 192, **COLUMN),
        branch7x7dbl_1=Unit(768, width, 1),
        branch7x7dbl_2=Unit(width, width, **COLUMN),
        branch7x7dbl_3=Unit(width, width, **ROW),
        branch7x7dbl_4=Unit(width, width, **COLUMN),
        branch7x7dbl_5=Unit(width, 192, **ROW),
        branch_pool=Unit(768, 192, 1),
    )
    plan = [
        ["branch1x1"],
        [f"branch7x7_{i}" for i in (1, 2, 3)],
        [f"branch7x7dbl_{i}" for i in (1, 2, 3, 4, 5)],
        [mean_pool, "branch_pool"],
    ]
    return Mixed(plan, units)


def block_d(inputs):
    units = dict(
        branch3x3_1=Unit(inputs, 192, 1),
        branch3x3_2=Unit(192, 320, 3, stride=2),
        branch7x7x3_1=Unit(inputs, 192, 1),
        branch7x7x3_2=Unit(192, 192, **ROW),
        branch7x7x3_3=Unit(192, 192, **COLUMN),
        branch7x7x3_4=Unit(192, 192, 3, stride=2),
    )
    plan = [
        ["branch3x3_1", "branch3x3_2"],
        [f"branch7x7x3_{i}" for i in (1, 2, 3, 4)],
        [lambda x: F.max_pool2d(x, 3, 2)],
    ]
    return Mixed(plan, units)


def block_e(inputs, pooling):
    units = dict(
        branch1x1=Unit(inputs, 320, 1),
        branch3x3_1=Unit(inputs, 384, 1),
        branch3x3_2a=Unit(384, 384, **SHORT_ROW),
        branch3x3_2b=Unit(384, 384, **SHORT_COLUMN),
        branch3x3dbl_1=Unit(inputs, 448, 1),
        branch3x3dbl_2=Unit(448, 384, 3, padding=1),
        branch3x3dbl_3a=Unit(384, 384, **SHORT_ROW),
        branch3x3dbl_3b=Unit(384, 384, **SHORT_COLUMN),
        branch_pool=Unit(inputs, 192, 1),
    )
    plan = [
        ["branch1x1"],
        ["branch3x3_1", "branch3x3_2a"],
        ["branch3x3_1", "branch3x3_2b"],
        ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3a"],
        ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3b"],
        [pooling, "branch_pool"],
    ]
    return Mixed(plan, units)


class Inception(nn.Module):
    """Gives the maps after both poolings of the stem and after each mixed block."""

    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Unit(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = Unit(32, 32, 3)
        self.Conv2d_2b_3x3 = Unit(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Unit(64, 80, 1)
        self.Conv2d_4a_3x3 = Unit(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = block_a(192, 32), block_a(256, 64), block_a(288, 64)
        self.Mixed_6a = block_b(288)
        for name, width in zip("bcde", (128, 160, 160, 192)):
            self.add_module(f"Mixed_6{name}", block_c(width))
        self.Mixed_7a = block_d(768)
        self.Mixed_7b = block_e(1280, mean_pool)
        self.Mixed_7c = block_e(2048, lambda x: F.max_pool2d(x, 3, 1, 1))
        self.fc = nn.Linear(2048, 1008)

    def forward(self, x):
        """x in 0...1."""
        x = 2 * F.interpolate(x, size=(299, 299), mode="bilinear", align_corners=False) - 1
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        stages = [x := F.max_pool2d(x, 3, 2)]
        stages.append(x := F.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, 2))
        for name in "5b 5c 5d 6a 6b 6c 6d 6e 7a 7b 7c".split():
            stages.append(x := getattr(self, f"Mixed_{name}")(x))
        return stages


TRUNKS = {
    # What each slice holds: ("pool", kernel) or (number, inputs, outputs, kernel, stride, padding).
    "alex": [
        [(0, 3, 64, 11, 4, 2)],
        [("pool", 3), (3, 64, 192, 5, 1, 2)],
        [("pool", 3), (6, 192, 384, 3, 1, 1)],
        [(8, 384, 256, 3, 1, 1)],
        [(10, 256, 256, 3, 1, 1)],
    ],
    "vgg": [
        [(0, 3, 64, 3, 1, 1), (2, 64, 64, 3, 1, 1)],
        [("pool", 2), (5, 64, 128, 3, 1, 1), (7, 128, 128, 3, 1, 1)],
        [("pool", 2), (10, 128, 256, 3, 1, 1), (12, 256, 256, 3, 1, 1), (14, 256, 256, 3, 1, 1)],
        [("pool", 2), (17, 256, 512, 3, 1, 1), (19, 512, 512, 3, 1, 1), (21, 512, 512, 3, 1, 1)],
        [("pool", 2), (24, 512, 512, 3, 1, 1), (26, 512, 512, 3, 1, 1), (28, 512, 512, 3, 1, 1)],
    ],
}


class Perceptual(nn.Module):
    """LPIPS 0.1: gives the distance and the trunk's five maps of the first picture."""

    def __init__(self, trunk):
        super().__init__()
        self.scaling_layer = nn.Module()
        self.scaling_layer.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None])
        self.scaling_layer.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450])[None, :, None, None])
        self.net = nn.Module()
        self.slices = []
        for index, plan in enumerate(TRUNKS[trunk]):
            slice_, steps = nn.Module(), []
            for step in plan:
                if step[0] == "pool":
                    steps.append(nn.MaxPool2d(step[1], 2))
                else:
                    steps.append(nn.Conv2d(*step[1:4], stride=step[4], padding=step[5]))
                    slice_.add_module(str(step[0]), steps[-1])
                    steps.append(nn.ReLU())
            self.net.add_module(f"slice{index + 1}", slice_)
            self.slices.append(steps)
            lin = nn.Module()
            lin.model = nn.Module()
            lin.model.add_module("1", nn.Conv2d(plan[-1][2], 1, 1, bias=False))
            self.add_module(f"lin{index}", lin)

    def features(self, x):
        x = (x - self.scaling_layer.shift) / self.scaling_layer.scale
        maps = []
        for steps in self.slices:
            for step in steps:
                x = step(x)
            maps.append(x)
        return maps

    def forward(self, a, b):
        unit = lambda x: x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)
        total = 0
        firsts = self.features(a)
        for index, (x, y) in enumerate(zip(firsts, self.features(b))):
            lin = getattr(getattr(self, f"lin{index}").model, "1")
            total = total + lin((unit(x) - unit(y)) ** 2).mean((2, 3))
        return total[:, 0], firsts
