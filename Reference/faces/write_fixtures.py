"""Writes recognition.safetensors, alignment.safetensors and detection.safetensors: networks with random weights
and what they give, a margin loss written out by its formula, aligned faces, found faces, and a detector's loss.

Detectors' weights and predictions are not stored: tests draw them again from the same seeds.

    python Reference/faces/write_fixtures.py
"""

import math
import pathlib

import cv2
import numpy as np
import skimage
import torch
from safetensors.torch import save_file
from skimage.transform import SimilarityTransform

import references

HERE = pathlib.Path(__file__).parent


def save(name, tensors):
    versions = {"torch": torch.__version__, "opencv": cv2.__version__, "scikit-image": skimage.__version__}
    tensors = {key: value.contiguous().clone() for key, value in tensors.items()}
    save_file(tensors, HERE / f"{name}.safetensors", {"script": "Reference/faces/write_fixtures.py", **versions})
    print(f"{name}: {len(tensors)} tensors, {(HERE / f'{name}.safetensors').stat().st_size} bytes")


def recogniser(name, model, size, tensors):
    """Weights, faces, embeddings at inference; for small faces a training pass with gradients and statistics."""
    generator = torch.Generator().manual_seed(7)
    faces = torch.randint(0, 256, (3 if size < 64 else 1, 3, size, size), generator=generator, dtype=torch.uint8)
    x = faces / 127.5 - 1
    tensors |= {f"{name}.params.{key}": value for key, value in references.state(model.eval()).items()}
    tensors[f"{name}.faces"], tensors[f"{name}.y"] = faces, model(x).detach()
    if len(faces) == 1:
        return
    seed = torch.randn(tensors[f"{name}.y"].shape, generator=generator)
    tensors[f"{name}.seed"] = seed
    model.train()
    x.requires_grad_()
    y = model(x)
    y.backward(seed)
    tensors[f"{name}.training.y"], tensors[f"{name}.training.grads.x"] = y.detach(), x.grad
    for key, value in references.state(model).items():
        if "running" in key and key.startswith(("bn", "features", "conv_sep")):
            tensors[f"{name}.training.after.{key}"] = value
    for key, parameter in model.named_parameters():
        if parameter.requires_grad and key.startswith(("conv1", "fc", "features", "layers.0")):
            tensors[f"{name}.training.grads.{key}"] = parameter.grad


def recognition(source):
    tensors = {}
    build, mobile = source.narrow_iresnet, source.narrow_mobilefacenet
    # Of both kinds one at the published side of 112 pixels, and one whose sides are rounded up.
    cases = {
        "iresnet40": (build([1, 2, 2, 1], [6, 8, 8, 12], 6, 10, 3), 40),
        "iresnet112": (build([1, 1, 2, 1], [4, 6, 6, 8], 4, 8, 7), 112),
        "mobile40": (mobile([2, 1, 2, 1], 4, 2, 10, 3), 40),
        "mobile112": (mobile([1, 2, 1, 1], 2, 2, 8, 7), 112),
    }
    for index, (name, (model, size)) in enumerate(cases.items()):
        recogniser(name, references.randomise(model, 100 + index).eval(), size, tensors)
    margins(tensors)
    save("recognition", tensors)


def margins(tensors):
    """Both losses by their formulas in double precision, through the arc cosine where it is harmless."""
    generator = torch.Generator().manual_seed(11)
    embeddings = torch.randn((6, 5), generator=generator, dtype=torch.float64)
    weight = torch.randn((4, 5), generator=generator, dtype=torch.float64)
    labels = torch.tensor([0, 3, 2, 2, 1, 0])
    embeddings[1] = -weight[3] + 0.3 * embeddings[1]  # theta + m passes pi
    embeddings[2] = weight[2] + 0.1 * embeddings[2]  # nearly there
    tensors |= {"margin.embeddings": embeddings, "margin.weight": weight, "margin.labels": labels}
    for kind, m in [("angle", 0.5), ("angle", 0.0), ("cosine", 0.4)]:
        e, w = embeddings.clone().requires_grad_(), weight.clone().requires_grad_()
        cosine = torch.nn.functional.normalize(e) @ torch.nn.functional.normalize(w).T
        own = cosine[torch.arange(6), labels]
        if kind == "angle":
            theta = torch.acos(own)
            moved = torch.where(theta + m < math.pi, torch.cos(theta + m), own - m * math.sin(m))
            assert m == 0 or bool((theta + m > math.pi).any())
        else:
            moved = own - m
        logits = cosine.clone()
        logits[torch.arange(6), labels] = moved
        loss = torch.nn.functional.cross_entropy(16 * logits, labels)
        loss.backward()
        name = f"margin.{kind}{m:.1f}"
        tensors |= {f"{name}.loss": loss.detach(), f"{name}.grads.embeddings": e.grad, f"{name}.grads.weight": w.grad}
        tensors["margin.accuracy"] = (cosine.argmax(1) == labels).double().mean()


def alignment(checkout):
    """Umeyama by scikit-image and warping by OpenCV, at each rule of insightface's template."""
    rules = references.module(checkout / "python-package/insightface/utils/face_align.py")
    draws = np.random.default_rng(3)
    smooth = cv2.GaussianBlur(draws.integers(0, 256, (60, 72, 3), dtype=np.uint8), (0, 0), 2)
    picture = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    tensors = {"picture": torch.from_numpy(picture)}
    for index, size in enumerate([112, 128, 224, 64]):
        # Of a face that is turned, small, and partly outside the picture.
        turn, scale = (-0.5, 0.2, 2.4, 0.1)[index], (0.4, 0.5, 0.3, 0.6)[index]
        place = SimilarityTransform(scale=scale, rotation=turn, translation=(30 + 9 * index, 12 + 6 * index))
        points = place(rules.arcface_dst - 20) + draws.normal(0, 0.8, (5, 2))
        if size == 64:  # insightface has no rule for it
            transform = SimilarityTransform.from_estimate(points, rules.arcface_dst.astype(np.float64) * size / 112)
            matrix = transform.params[:2]
        else:
            matrix = rules.estimate_norm(points, size)
        face = cv2.warpAffine(picture, matrix, (size, size), borderValue=0.0)
        name = f"size{size}"
        tensors |= {f"{name}.points": torch.from_numpy(points), f"{name}.matrix": torch.from_numpy(np.array(matrix))}
        if size < 200:
            tensors[f"{name}.face"] = torch.from_numpy(face)
    save("alignment", tensors)


SMALL = {"min_sizes": [[8, 16], [24, 32], [48, 64]], "steps": [8, 16, 32], "clip": False}


def detection(source):
    tensors = {}
    generator = torch.Generator().manual_seed(5)
    # No side is a multiple of 32, so maps do not halve exactly.
    picture = torch.randint(0, 256, (2, 3, 72, 100), generator=generator, dtype=torch.uint8)
    tensors["picture"] = picture
    x = picture.flip(1).float() - torch.tensor([104.0, 117, 123]).view(3, 1, 1)
    cases = {"mobile": source.build(source.mnet), "residual": source.narrow_resnet([4, 6, 8, 10], [1, 2, 1, 1], 68)}
    for index, (name, model) in enumerate(cases.items()):
        references.randomise(model, 300 + index).eval()
        outputs = dict(zip(["boxes", "scores", "landmarks"], model(x)))
        tensors |= {f"{name}.{key}": value.detach() for key, value in outputs.items()}
        if name == "mobile":
            found(source, model, outputs, tensors)
        training(name, model, x, tensors)
    losses(source, tensors)
    save("detection", tensors)


def training(name, model, x, tensors):
    model.train()
    model.phase = "train"
    boxes, logits, landmarks = model(x)
    (boxes.sum() + (logits * torch.tensor([1.0, -2.0])).sum() + landmarks.square().sum()).backward()
    tensors[f"{name}.training.landmarks"] = landmarks.detach()
    for key, parameter in model.named_parameters():
        if key.startswith(("body.stage1.0", "body.conv1", "ssh3.conv7x7_3", "fpn.merge2", "ClassHead.1")):
            tensors[f"{name}.training.grads.{key}"] = parameter.grad
    for key, value in references.state(model).items():
        if "running" in key and key.startswith(("body.stage3.1", "body.layer4.0.bn3", "ssh1.conv5X5_1")):
            tensors[f"{name}.training.after.{key}"] = value


def found(source, model, outputs, tensors):
    """Boxes and points of the first picture, as detect.py takes them from the three tensors."""
    height, width = 72, 100
    priors = source.PriorBox(source.mnet, image_size=(height, width)).forward()
    variances = source.mnet["variance"]
    sides = torch.tensor([width, height], dtype=torch.float32)
    boxes = (source.box_utils.decode(outputs["boxes"][0].detach(), priors, variances) * sides.repeat(2)).numpy()
    points = (source.box_utils.decode_landm(outputs["landmarks"][0].detach(), priors, variances) * sides.repeat(5)).numpy()
    scores = outputs["scores"][0, :, 1].detach().numpy()
    chosen = np.where(scores > 0.3)[0]
    order = chosen[scores[chosen].argsort()[::-1][:100]]
    rows = np.hstack([boxes[order], scores[order, None]]).astype(np.float32)
    keep = source.nms(rows, 0.4)
    assert 5 < len(keep) < len(order) < len(scores), (len(keep), len(order), len(scores))
    result = np.concatenate([rows[keep], points[order][keep]], 1)
    tensors |= {"found.priors": priors, "found": torch.from_numpy(result)}


def losses(source, tensors):
    """The loss of random predictions, with each kind of face that it treats by itself."""
    height, width = 96, 128
    priors = source.PriorBox(SMALL, image_size=(height, width)).forward()
    generator = torch.Generator().manual_seed(17)
    shape = (4, len(priors))
    predictions = [torch.randn((*shape, size), generator=generator) for size in (4, 2, 10)]
    sides = torch.tensor([width, height] * 2, dtype=torch.float32)

    def face(left, top, right, bottom, has_points=True):
        box = torch.tensor([left, top, right, bottom], dtype=torch.float32)
        inside = torch.rand((5, 2), generator=generator) * (box[2:] - box[:2]) + box[:2]
        points = (inside / sides[:2]).reshape(-1) if has_points else -torch.ones(10)
        return torch.cat([box / sides, points, torch.tensor([1.0 if has_points else -1.0])])

    targets = [
        torch.stack([face(10, 12, 42, 50), face(70, 30, 88, 52, False), face(30, 20, 60, 52)]),
        # The first is smaller than a fifth of any anchor, the others want one anchor.
        torch.stack([face(5, 5, 7, 7), face(64, 32, 104, 84), face(66, 34, 106, 86)]),
        torch.stack([face(20, 20, 22, 22)]),  # nothing to learn from
        torch.stack([face(3, 60, 20, 80, False)]),
    ]
    for prediction in predictions:
        prediction.requires_grad_()
    loss = source.MultiBoxLoss(2, 0.35, True, 0, True, 7, 0.35, False)
    boxes, classes, landmarks = loss(predictions, priors, targets)
    (2 * boxes + classes + landmarks).backward()
    tensors |= {"loss.boxes": boxes.detach(), "loss.classes": classes.detach(), "loss.landmarks": landmarks.detach()}
    for name, prediction in zip(["boxes", "logits", "landmarks"], predictions):
        tensors[f"loss.grads.{name}"] = prediction.grad
    for index, target in enumerate(targets):
        tensors[f"loss.faces.{index}"] = target
    encoded = source.box_utils.encode(targets[0][[0, 1, 2] * 5, :4], priors[100:115], [0.1, 0.2])
    points = source.box_utils.encode_landm(targets[0][[0, 2, 2] * 5, 4:14], priors[100:115], [0.1, 0.2])
    tensors |= {"loss.priors": priors, "encoded.boxes": encoded, "encoded.points": points}


def main():
    options = references.arguments(__doc__)
    recognition(references.ArcFace(options.insightface))
    alignment(options.insightface)
    detection(references.RetinaFace(options.retinaface))


if __name__ == "__main__":
    main()
