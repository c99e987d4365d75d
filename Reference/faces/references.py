"""The reference implementations of the face networks, from checkouts of their repositories.

    mkdir -p .deps/references && cd .deps/references
    git clone https://github.com/deepinsight/insightface          # at 7fadd420
    git clone https://github.com/biubug6/Pytorch_Retinaface       # at b984b4b

or elsewhere, named by --insightface and --retinaface. Their classes are used as they are; narrow variants,
whose widths those classes fix, are put together from the same blocks.
"""

import argparse
import importlib.util
import pathlib
import sys

import torch
from torch import nn

CHECKOUTS = pathlib.Path(__file__).parents[2] / ".deps/references"


def arguments(description, *more):
    parser = argparse.ArgumentParser(description=description)
    for name, repository in [("insightface", "deepinsight/insightface"), ("retinaface", "biubug6/Pytorch_Retinaface")]:
        default = CHECKOUTS / repository.split("/")[1]
        parser.add_argument(f"--{name}", type=pathlib.Path, default=default, help=f"a checkout of {repository}")
    for names, options in more:
        parser.add_argument(*names, **options)
    return parser.parse_args()


def import_torchvision():
    """torchvision's compiled operators fit one build of torch only; nothing here calls them."""
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision  # noqa: F401

        torchvision.operators = library  # they last as long as this


def module(path):
    """One file as a module, without the packages around it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


class ArcFace:
    """arcface_torch's recognisers."""

    def __init__(self, checkout):
        folder = checkout / "recognition/arcface_torch/backbones"
        self.iresnet, self.mobilefacenet = module(folder / "iresnet.py"), module(folder / "mobilefacenet.py")

    def narrow_iresnet(self, layers, planes, stem, embedding, side):
        """IResNet with other widths and another side of the last feature map."""
        source = self.iresnet

        class Narrow(source.IResNet):
            def __init__(self):
                nn.Module.__init__(self)
                self.fp16, self.inplanes, self.dilation, self.groups, self.base_width = False, stem, 1, 1, 64
                self.conv1 = nn.Conv2d(3, stem, 3, padding=1, bias=False)
                self.bn1, self.prelu = nn.BatchNorm2d(stem), nn.PReLU(stem)
                for i, (count, width) in enumerate(zip(layers, planes)):
                    setattr(self, f"layer{i + 1}", self._make_layer(source.IBasicBlock, width, count, stride=2))
                self.bn2, self.dropout = nn.BatchNorm2d(planes[-1]), nn.Dropout(0)
                self.fc = nn.Linear(planes[-1] * side * side, embedding)
                self.features = nn.BatchNorm1d(embedding)

        return Narrow()

    def narrow_mobilefacenet(self, blocks, width, scale, embedding, side):
        """MobileFaceNet with another number in the place of 64."""
        source = self.mobilefacenet
        narrow, wide, last = width * scale, 2 * width * scale, 8 * width
        unit = dict(kernel=(3, 3), stride=(1, 1), padding=(1, 1))
        half = dict(kernel=(3, 3), stride=(2, 2), padding=(1, 1))

        class Head(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.Sequential(
                    source.LinearBlock(last, last, groups=last, kernel=(side, side)), source.Flatten(),
                    nn.Linear(last, embedding, bias=False), nn.BatchNorm1d(embedding))  # fmt: skip

            def forward(self, x):
                return self.layers(x)

        class Narrow(source.MobileFaceNet):
            def __init__(self):
                nn.Module.__init__(self)
                self.fp16, self.scale = False, scale
                first = (
                    source.ConvBlock(narrow, narrow, groups=width, **unit)
                    if blocks[0] == 1
                    else source.Residual(narrow, num_block=blocks[0], groups=2 * width, **unit)
                )
                self.layers = nn.ModuleList([
                    source.ConvBlock(3, narrow, **half), first,
                    source.DepthWise(narrow, narrow, groups=2 * width, **half),
                    source.Residual(narrow, num_block=blocks[1], groups=2 * width, **unit),
                    source.DepthWise(narrow, wide, groups=4 * width, **half),
                    source.Residual(wide, num_block=blocks[2], groups=4 * width, **unit),
                    source.DepthWise(wide, wide, groups=8 * width, **half),
                    source.Residual(wide, num_block=blocks[3], groups=4 * width, **unit),
                ])  # fmt: skip
                self.conv_sep, self.features = source.ConvBlock(wide, last), Head()

        return Narrow()


class RetinaFace:
    """biubug6's detector."""

    def __init__(self, checkout):
        import_torchvision()
        sys.path.insert(0, str(checkout))
        # Its data package reads pictures at import; the loss asks it for one flag only.
        data = module(checkout / "data/config.py")
        sys.modules["data"] = data
        from layers.functions.prior_box import PriorBox
        from models import net, retinaface
        from utils import box_utils
        from utils.nms.py_cpu_nms import py_cpu_nms

        data.cfg_mnet["gpu_train"] = False
        torch.Tensor.cuda = lambda tensor, *rest, **options: tensor  # the loss insists on a GPU
        from layers.modules.multibox_loss import MultiBoxLoss

        self.net, self.retinaface, self.box_utils = net, retinaface, box_utils
        self.PriorBox, self.MultiBoxLoss, self.nms = PriorBox, MultiBoxLoss, py_cpu_nms
        self.mnet = dict(data.cfg_mnet, pretrain=False)
        self.r50 = dict(data.cfg_re50, pretrain=False)

    def build(self, config, phase="test"):
        return self.retinaface.RetinaFace(config, phase)

    def narrow_mobilenet(self, widths, blocks, channels, anchors=2, phase="test"):
        """The detector over a MobileNet of other widths, with `blocks` in its second and third stage."""
        net, a = self.net, widths

        class Body(nn.Module):
            def __init__(self):
                super().__init__()
                self.stage1 = nn.Sequential(
                    net.conv_bn(3, a[0], 2, leaky=0.1), net.conv_dw(a[0], a[1], 1), net.conv_dw(a[1], a[2], 2),
                    net.conv_dw(a[2], a[2], 1), net.conv_dw(a[2], a[3], 2), net.conv_dw(a[3], a[3], 1))  # fmt: skip
                more = lambda inputs, outputs, count: nn.Sequential(
                    net.conv_dw(inputs, outputs, 2), *[net.conv_dw(outputs, outputs, 1) for _ in range(count - 1)])  # fmt: skip
                self.stage2, self.stage3 = more(a[3], a[4], blocks[0]), more(a[4], a[5], blocks[1])

            def forward(self, x):
                first = self.stage1(x)
                second = self.stage2(first)
                return {1: first, 2: second, 3: self.stage3(second)}

        return self.around(Body(), a[3:], channels, phase)

    def narrow_resnet(self, planes, blocks, channels, phase="test"):
        """The detector over torchvision's bottlenecks of other widths."""
        from torchvision.models.resnet import Bottleneck, ResNet

        class Body(ResNet):
            def __init__(self):
                nn.Module.__init__(self)
                self._norm_layer, self.dilation, self.groups, self.base_width = nn.BatchNorm2d, 1, 1, 64
                self.inplanes = planes[0]
                self.conv1 = nn.Conv2d(3, planes[0], 7, stride=2, padding=3, bias=False)
                self.bn1, self.relu = nn.BatchNorm2d(planes[0]), nn.ReLU(inplace=True)
                self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
                for i, (width, count) in enumerate(zip(planes, blocks)):
                    layer = self._make_layer(Bottleneck, width, count, stride=1 if i == 0 else 2)
                    setattr(self, f"layer{i + 1}", layer)

            def forward(self, x):
                x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
                first = self.layer2(x)
                second = self.layer3(first)
                return {1: first, 2: second, 3: self.layer4(second)}

        return self.around(Body(), [4 * width for width in planes[1:]], channels, phase)

    def around(self, body, levels, channels, phase):
        source = self.retinaface

        class Narrow(source.RetinaFace):
            def __init__(self):
                nn.Module.__init__(self)
                self.phase, self.body = phase, body
                self.fpn = source.FPN(levels, channels)
                self.ssh1, self.ssh2, self.ssh3 = (source.SSH(channels, channels) for _ in range(3))
                self.ClassHead = self._make_class_head(inchannels=channels)
                self.BboxHead = self._make_bbox_head(inchannels=channels)
                self.LandmarkHead = self._make_landmark_head(inchannels=channels)

        return Narrow()


def randomise(model, seed):
    """Re-randomises every parameter and statistic: initial values (scale 1, mean 0) hide mistakes.

    In the order of sorted names, so that tests can draw the same numbers again.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in sorted(model.state_dict(keep_vars=True).items()):
        if not tensor.is_floating_point():
            continue
        with torch.no_grad():
            normal = torch.randn(tensor.shape, generator=generator)
            uniform = torch.rand(tensor.shape, generator=generator)
            if name.endswith("running_var"):
                tensor.copy_(0.5 + uniform)
            elif name.endswith(("bias", "running_mean")):
                tensor.copy_(0.1 * normal)
            elif tensor.dim() > 1:
                gain = 0.03 if "Head" in name else 1.5  # scores that are not all 0 or 1
                tensor.copy_(normal * (gain / tensor[0].numel()) ** 0.5)
            elif "prelu" in name or (name.endswith("layers.2.weight") and tensor.dim() == 1):
                tensor.copy_(0.5 * uniform)
            else:
                tensor.copy_(0.7 + 0.6 * uniform)
    return model


def state(model):
    return {key: value.detach().clone() for key, value in model.state_dict().items() if not key.endswith("num_batches_tracked")}
