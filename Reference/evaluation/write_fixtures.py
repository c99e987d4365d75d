"""Writes evaluation.safetensors: scores by scikit-image, SciPy, NumPy and PyTorch.

    python Reference/evaluation/write_fixtures.py

Networks have no stored weights: see networks.py for how any program can draw the same ones.
"""

import pathlib

import numpy as np
import scipy
import scipy.linalg
import skimage
import torch
from safetensors.torch import save_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from networks import Inception, Perceptual, fill

torch.manual_seed(20261121)
here = pathlib.Path(__file__).parent
out = {}


def put(name, value):
    out[name] = torch.as_tensor(np.asarray(value)).contiguous().clone()


# Pictures: smooth ones with noise, so that scores are neither 0 nor 1.


def picture(height, width):
    y, x = torch.meshgrid(torch.linspace(0, 3, height), torch.linspace(0, 4, width), indexing="ij")
    waves = [torch.sin(x * (c + 1) + y) * torch.cos(y * 2 - c) for c in range(3)]
    return 0.8 * torch.stack(waves)


a = torch.stack([picture(40, 36), picture(40, 36).flip(2)])
b = (a + torch.tensor([0.08, 0.4])[:, None, None, None] * torch.randn(a.shape)).clamp(-1, 1)
put("pictures.a", a), put("pictures.b", b)
unit = lambda t: (t.double() / 2 + 0.5).permute(0, 2, 3, 1).numpy()
pairs = list(zip(unit(a), unit(b)))
put("pictures.psnr", [peak_signal_noise_ratio(p, q, data_range=1) for p, q in pairs])
options = dict(channel_axis=2, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True)
whole = [structural_similarity(p, q, **options) for p, q in pairs]
put("pictures.ssim", [score for score, _ in whole])
weights = (torch.rand(2, 1, 40, 36) > 0.6).float()
put("pictures.weights", weights)
masks = weights[:, 0].numpy().astype(bool)
put("pictures.psnr_masked", [10 * np.log10(1 / ((p - q)[m] ** 2).mean()) for (p, q), m in zip(pairs, masks)])
put("pictures.ssim_masked", [full[5:-5, 5:-5][m[5:-5, 5:-5]].mean() for (_, full), m in zip(whole, masks)])

# Networks.

with torch.no_grad():
    x = torch.stack([picture(45, 60), picture(45, 60).flip(1)]) + 0.1 * torch.randn(2, 3, 45, 60)
    x = x.clamp(-1, 1)
    stages = fill(Inception())((x + 1) / 2)
    put("inception.x", x)
    put("inception.features", stages[-1].mean((2, 3)))
    for i, stage in enumerate(stages):
        put(f"inception.stage{i}", stage.mean((2, 3)))
        put(f"inception.corner{i}", stage[:, :, :2, -2:])
    for trunk in ["alex", "vgg"]:
        p, q = a[:, :, :, :34].repeat(1, 1, 2, 2)[:, :, :64, :64], b[:, :, :, :34].repeat(1, 1, 2, 2)[:, :, :64, :64]
        distance, maps = fill(Perceptual(trunk), fixed=("scaling_layer",))(p, q)
        put(f"lpips.{trunk}.distance", distance)
        for i, m in enumerate(maps):
            put(f"lpips.{trunk}.map{i}", m.mean((2, 3)))
put("lpips.a", p), put("lpips.b", q)
maps = [torch.randn(2, 5, 4, 6), torch.randn(2, 7, 3)]
others = [m + 0.5 * torch.randn_like(m) for m in maps]
cosines = [torch.nn.functional.cosine_similarity(m, o, dim=1) for m, o in zip(maps, others)]
put("features.distance", sum((2 - 2 * c).flatten(1).mean(1) for c in cosines) / 2)
for i in range(2):
    put(f"features.a{i}", maps[i]), put(f"features.b{i}", others[i])

# Distributions: correlated features, and a set smaller than its dimension.

mix = torch.randn(12, 12) / 3
first, second = torch.randn(300, 12) @ mix + 1, torch.randn(200, 12) @ (mix + 0.2) + 1.3
small = torch.randn(9, 12) @ mix


def frechet(x, y):
    x, y = x.double().numpy(), y.double().numpy()
    s, t = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(s @ t)
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(s) + np.trace(t) - 2 * np.trace(root).real


def discrepancy(x, y):
    x, y = x.double().numpy(), y.double().numpy()
    kernel = lambda p, q: (p @ q.T / p.shape[1] + 1) ** 3
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    n, m = len(x), len(y)
    return (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean()


put("sets.first", first), put("sets.second", second), put("sets.small", small)
put("sets.covariance", np.cov(first.double().numpy(), rowvar=False))
put("sets.frechet", frechet(first, second)), put("sets.frechet_small", frechet(small, second))
put("sets.discrepancy", discrepancy(first, second))
generator = torch.Generator().manual_seed(7)
estimates = []
for _ in range(20):
    rows = [torch.randperm(len(s), generator=generator)[:50] for s in (first, second)]
    estimates.append(discrepancy(first[rows[0]], second[rows[1]]))
put("sets.kernel_mean", np.mean(estimates)), put("sets.kernel_deviation", np.std(estimates))

# Verification. Scores rounded to hundredths tie often; every threshold is tried.


def verification(same, different, rate):
    thresholds = np.unique(np.concatenate([[-np.inf], same, different]))
    far = np.array([(different > t).mean() for t in thresholds])
    tar = np.array([(same > t).mean() for t in thresholds])
    at = np.argmax(far <= rate)
    difference = (same[:, None] - different[None, :]).ravel()
    area = ((difference > 0) + 0.5 * (difference == 0)).mean()
    gap = far - (1 - tar)
    k = np.argmax(gap <= 0)
    part = gap[k - 1] / (gap[k - 1] - gap[k])
    equal = far[k - 1] + part * (far[k] - far[k - 1])
    return [tar[at], far[at], thresholds[at], area, equal]


for name, digits in {"plain": 7, "tied": 2}.items():
    same = np.round(0.5 + 0.15 * np.random.default_rng(1).standard_normal(400), digits).astype(np.float32)
    different = np.round(0.1 + 0.12 * np.random.default_rng(2).standard_normal(3000), digits).astype(np.float32)
    put(f"verification.{name}.same", same), put(f"verification.{name}.different", different)
    for rate in [0.001, 0.05]:
        put(f"verification.{name}.at_{rate}", np.array(verification(same, different, rate), np.float64))

rng = np.random.default_rng(3)
identities = rng.integers(0, 9, 60)
embeddings = rng.standard_normal((9, 16))[identities] + 0.9 * rng.standard_normal((60, 16))
normal = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
cosine = normal @ normal.T
i, j = np.triu_indices(60, 1)
equal = identities[i] == identities[j]
put("pairs.embeddings", embeddings.astype(np.float32)), put("pairs.identities", identities.astype(np.int64))
put("pairs.same", np.sort(cosine[i, j][equal])), put("pairs.different", np.sort(cosine[i, j][~equal]))

# Retrieval.

texts = rng.standard_normal((40, 12))
images = texts + 1.1 * rng.standard_normal((40, 12))
u, v = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (texts, images))
scores = u @ v.T
put("retrieval.texts", texts.astype(np.float32)), put("retrieval.images", images.astype(np.float32))
for k in (1, 5):
    best = np.argsort(-scores, axis=1)[:, :k], np.argsort(-scores.T, axis=1)[:, :k]
    put(f"retrieval.recall{k}", [np.mean([n in row for n, row in enumerate(side)]) for side in best])
put("retrieval.means", [np.trace(scores) / 40, (scores.sum() - np.trace(scores)) / (40 * 39)])

# Detection, by the all-point rule written as a loop over truths found so far.


def overlap(p, q):
    w, h = min(p[2], q[2]) - max(p[0], q[0]), min(p[3], q[3]) - max(p[1], q[1])
    if w <= 0 or h <= 0:
        return 0.0
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return w * h / (area(p) + area(q) - w * h)


truths, found = [], []
for n in range(12):
    corners = rng.uniform(0, 80, (rng.integers(1, 4), 2))
    boxes = np.concatenate([corners, corners + rng.uniform(15, 40, corners.shape)], 1)
    truths += [[n, *box] for box in boxes]
    for box in boxes:
        for _ in range(rng.integers(0, 3)):
            found.append([n, *(box + rng.normal(0, 3, 4)), round(rng.uniform(0.3, 1), 2)])
    found.append([n, 0, 0, 20, 20, round(rng.uniform(0, 0.8), 2)])
truths, found = np.array(truths), np.array(found)
order = np.argsort(-found[:, 5], kind="stable")
taken, right = set(), []
for row in found[order]:
    options = [(overlap(row[1:5], t[1:5]), k) for k, t in enumerate(truths) if t[0] == row[0]]
    best, k = max(options, key=lambda o: o[0])
    right.append(best >= 0.5 and k not in taken)
    if best >= 0.5:
        taken.add(k)
hits = np.cumsum(right)
precision, recall = hits / np.arange(1, len(hits) + 1), hits / len(truths)
envelope = np.maximum.accumulate(precision[::-1])[::-1]
put("detection.truths", truths), put("detection.found", found)
put("detection.average_precision", float((np.diff(np.concatenate([[0], recall])) * envelope).sum()))
put("detection.matches", int(hits[-1]))

save_file(
    out,
    here / "evaluation.safetensors",
    {
        "torch": torch.__version__,
        "scipy": scipy.__version__,
        "skimage": skimage.__version__,
        "numpy": np.__version__,
        "script": "Reference/evaluation/write_fixtures.py",
    },
)
print(len(out), "tensors,", (here / "evaluation.safetensors").stat().st_size, "bytes")
for name in sorted(out):
    if out[name].numel() <= 5:
        print(name, out[name].tolist())
for trunk in ["alex", "vgg"]:
    listed = {line.split("\t")[0] for line in open(here / f"keys/lpips_{trunk}.txt")}
    assert {k for k in listed if not k.startswith("lins.")} == set(Perceptual(trunk).state_dict()), trunk
listed = {line.split("\t")[0] for line in open(here / "keys/fid_inception_v3.txt")}
assert listed == set(Inception().state_dict())
