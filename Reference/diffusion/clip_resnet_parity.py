"""CLIP's residual image encoder beside open_clip's, whole outputs, with weights drawn anew.

    python Reference/diffusion/clip_resnet_parity.py LIKENESS    # live comparison, larger networks
    python Reference/diffusion/clip_resnet_parity.py --write     # fixtures/clip_resnet.safetensors

The fixture holds no parameters: `randomise` in models.py says how each is drawn from its name. It has
buffer/NAME (running statistics), input/pictures, output/{image_embeds, layer1 ... layer4}, and
training/{image_embeds, NAME}: the output with the batch's own statistics, and the running ones after.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import types

import torch
from safetensors.torch import load_file, save_file

import models

torch.set_num_threads(1)


def modified_resnet():
    """open_clip's class from its own file: the package would also want torchvision."""
    folder = pathlib.Path(importlib.util.find_spec("open_clip").submodule_search_locations[0])
    package = types.ModuleType("encoder")
    package.__path__ = [str(folder)]
    helpers = types.ModuleType("encoder.utils")
    helpers.freeze_batch_norm_2d = helpers.feature_take_indices = None
    sys.modules |= {"encoder": package, "encoder.utils": helpers}
    spec = importlib.util.spec_from_file_location("encoder.modified_resnet", folder / "modified_resnet.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ModifiedResNet


class Encoder(torch.nn.Module):
    """Under the key that it has in a whole CLIP."""

    def __init__(self, config):
        super().__init__()
        vision = config["vision_cfg"]
        width = vision["width"]
        self.visual = modified_resnet()(vision["layers"], config["embed_dim"], width * 32 // 64, vision["image_size"], width)


def build(config, seed):
    model = models.randomise(Encoder(config), seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            noise = torch.randn(buffer.shape, generator=generator) if buffer.is_floating_point() else None
            if name.endswith("running_mean"):
                buffer.copy_(0.2 * noise)
            elif name.endswith("running_var"):
                buffer.copy_(1 + 0.5 * noise.tanh())
    return model.eval()


def configuration(side, layers, width, embedding):
    vision = {"image_size": side, "layers": layers, "width": width, "patch_size": None}
    return {"embed_dim": embedding, "vision_cfg": vision}


def running(model):
    return {name: value for name, value in model.state_dict().items() if "running_" in name}


def write():
    model = build(configuration(64, [2, 1, 1, 2], 4, 12), 52000)
    pictures = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    tensors = {"input/pictures": pictures}
    tensors |= {f"buffer/{name}": value.clone() for name, value in running(model).items()}
    stages = {}
    for stage in range(1, 5):
        layer = getattr(model.visual, f"layer{stage}")
        layer.register_forward_hook(lambda _, __, output, stage=stage: stages.update({f"output/layer{stage}": output}))
    with torch.no_grad():
        tensors["output/image_embeds"] = model.visual(pictures)
        tensors |= {name: value.clone() for name, value in stages.items()}
        model.train()
        tensors["training/image_embeds"] = model.visual(pictures)
    tensors |= {f"training/{name}": value for name, value in running(model).items()}
    path = pathlib.Path(__file__).parent / "fixtures/clip_resnet.safetensors"
    save_file({name: value.contiguous() for name, value in tensors.items()}, path)


def compare(likeness):
    worst = 0
    # The miniature's, RN50's, and one whose side is no multiple of 32.
    cases = [(128, [1, 1, 1, 1], 16, 192), (224, [3, 4, 6, 3], 64, 1024), (100, [1, 2, 1, 1], 6, 20)]
    for number, case in enumerate(cases):
        config = configuration(*case)
        model = build(config, 53000 + number)
        pictures = torch.randn(2, 3, case[0], case[0], generator=torch.Generator().manual_seed(number))
        with torch.no_grad():
            theirs = model.visual(pictures)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "config.json").write_text(json.dumps(config))
            save_file(model.state_dict(), folder / "model.safetensors")
            save_file({"pixel_values": pictures}, folder / "in.safetensors")
            command = [likeness, "forward", "clip-vision", "--model", folder, "--inputs", folder / "in.safetensors"]
            subprocess.run([*command, "-o", folder / "out.safetensors"], check=True, capture_output=True)
            ours = load_file(folder / "out.safetensors")["image_embeds"]
        error = ((ours - theirs).abs().max() / theirs.abs().max()).item()
        cosine = torch.nn.functional.cosine_similarity(ours.flatten(), theirs.flatten(), 0).item()
        # One norm's running mean left at its start must be seen.
        with torch.no_grad():
            model.visual.layer3[0].bn2.running_mean.zero_()
            control = ((ours - model.visual(pictures)).abs().max() / theirs.abs().max()).item()
        print(f"{case}: error {error:.1e} of the largest, cosine {cosine:.7f}; control {control:.1e}")
        worst = max(worst, error, 0 if control > 1e-3 else 1)
    return worst < 2e-5


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        sys.exit(0 if compare(sys.argv[1]) else 1)
