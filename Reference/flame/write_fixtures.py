"""Writes flame.safetensors (posed heads and their gradients) and render.safetensors (the plain render).

Everything is random; there is nothing of FLAME's own data here. Written with torch 2.13.0.

    python Reference/flame/write_fixtures.py
"""

import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from skinning import doubled, pose_head, random_head

HERE = pathlib.Path(__file__).parent
SHAPE, EXPRESSION, BATCH = 7, 4, 4
PARAMETERS = {
    "shape": SHAPE, "expression": EXPRESSION, "globalPose": 3, "neck": 3, "jaw": 3, "eyes": 6, "eyelids": 2,
}  # fmt: skip


def write_heads():
    generator = torch.Generator().manual_seed(20261121)
    head = random_head(generator, 40, 24, SHAPE, EXPRESSION)
    head["face_vertex_ids"] = torch.randperm(40, generator=generator)[:30].sort().values
    tensors = {f"head.{name}": value for name, value in head.items()}
    head = doubled(head)

    inputs = {k: torch.randn(BATCH, n, generator=generator) for k, n in PARAMETERS.items()}
    for name in ["globalPose", "neck", "jaw", "eyes"]:
        inputs[name][1] = 0  # the path where only the epsilon is left
        inputs[name][2] *= 4  # more than half a turn
        inputs[name][3] *= 1e-4
    inputs["eyelids"].uniform_(0, 1, generator=generator)

    x = {k: v.double().requires_grad_() for k, v in inputs.items()}
    pairs = []
    for b in range(BATCH):
        betas = torch.cat([x["shape"][b], x["expression"][b]])
        pose = torch.cat([x[k][b] for k in ["globalPose", "neck", "jaw", "eyes"]]).reshape(5, 3)
        pairs.append(pose_head(head, betas, pose, x["eyelids"][b]))
    vertices, joints = (torch.stack(part) for part in zip(*pairs))
    seeds = [torch.randn(v.shape, generator=generator) for v in (vertices, joints)]
    ((vertices * seeds[0]).sum() + (joints * seeds[1]).sum()).backward()

    for name, value in inputs.items():
        tensors[f"x.{name}"] = value
        tensors[f"grads.{name}"] = x[name].grad
    tensors |= {"seed.vertices": seeds[0], "seed.joints": seeds[1]}
    tensors |= {"y.vertices": vertices.detach(), "y.joints": joints.detach()}
    save_file(
        {k: v.contiguous() for k, v in tensors.items()}, HERE / "flame.safetensors",
        metadata={"torch": torch.__version__, "shape_count": str(SHAPE)},
    )  # fmt: skip


def bumpy_ball(rings, segments, generator):
    """A closed mesh, counter-clockwise from outside, about 0.2 across."""
    points, faces = [], []
    for i in range(rings + 1):
        for j in range(segments):
            u, v = np.pi * (i + 0.0) / rings, 2 * np.pi * j / segments
            points.append([np.sin(u) * np.sin(v), np.cos(u), np.sin(u) * np.cos(v)])
    for i in range(rings):
        for j in range(segments):
            a, b = i * segments + j, i * segments + (j + 1) % segments
            faces += [[a, a + segments, b], [b, a + segments, b + segments]]
    points = np.array(points) * 0.1
    points *= 1 + 0.15 * generator.standard_normal((len(points), 1))
    return points.astype(np.float32), np.array(faces)


def normals_of(v, faces):
    total = np.zeros_like(v)
    for a, b, c in faces:
        total[b] += np.cross(v[c] - v[b], v[a] - v[b])
        total[c] += np.cross(v[a] - v[c], v[b] - v[c])
        total[a] += np.cross(v[b] - v[a], v[c] - v[a])
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-6)


def centres(count, other):
    edge = max(count / other, 1)
    return ((2 * np.arange(count) + 1) / count - 1) * edge


def shade(v, faces, projected, width, height):
    """The rule in double precision, all pixels of a face at a time. No pixel of the fixture lies so near
    an edge that single precision would decide otherwise; the writer checks that."""
    x, y = np.meshgrid(centres(width, height), centres(height, width))
    index = np.full((height, width), -1)
    z = np.full((height, width), np.inf)
    weights = np.full((height, width, 3), -1.0)

    def edge(px, py, a, b):
        return (px - a[0]) * (b[1] - a[1]) - (py - a[1]) * (b[0] - a[0])

    closest = np.inf
    for f, corners in enumerate(faces):
        p = [projected[k] for k in corners]
        area = edge(p[2][0], p[2][1], p[0], p[1])
        if abs(area) <= 1e-8 or min(q[2] for q in p) < 1e-8:
            continue
        w = np.stack([edge(x, y, p[1], p[2]), edge(x, y, p[2], p[0]), edge(x, y, p[0], p[1])], -1)
        w = w / (area + 1e-8)
        pz = w @ np.array([q[2] for q in p])
        closest = min(closest, np.abs(w.min(-1)).min() * abs(area))
        inside = (w > 0).all(-1)
        near = inside & (pz < z)
        closest = min(closest, np.abs(pz - z)[inside].min(initial=np.inf))
        index[near], z[near], weights[near] = f, pz[near], w[near]
    print(f"nearest decision: {closest:.1e}, pixels covered: {(index >= 0).sum()} of {index.size}")
    assert closest > 5e-7, "choose another seed"

    lights = np.array([[-1, 1, 1], [1, 1, 1], [-1, -1, 1], [1, -1, 1], [0, 0, 1]], dtype=float)
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    corner_normals = normals_of(v, faces)[faces[np.maximum(index, 0)]]  # [H, W, 3, 3]
    n = (weights[..., None] * corner_normals).sum(2)
    shading = (np.clip(n @ lights.T, 0, 1) * 1.7).mean(-1)
    image = np.where(index >= 0, 180 / 255 * shading, 0)
    return image, index, np.where(index >= 0, z, -1), weights


def write_render():
    generator = np.random.default_rng(14)
    v, faces = bumpy_ball(9, 14, generator)
    camera = np.array([7.3, 0.011, -0.017], dtype=np.float32)
    inverse = np.array([[0.4, 0.13, 17.2], [-0.13, 0.4, 9.9]])
    crop, width, height = 64, 72, 50
    region = np.sort(generator.permutation(len(v))[: len(v) * 9 // 10])

    v64, s = v.astype(float), camera.astype(float)
    projected = np.stack([s[0] * (v64[:, 0] + s[1]), -s[0] * (v64[:, 1] + s[2]), -s[0] * v64[:, 2] + 10], 1)
    tensors = {
        "vertices": v, "faces": faces, "camera": camera, "inverse": inverse, "region": region,
        "size": np.array([crop, width, height]),
    }  # fmt: skip

    # The crop, of the region's triangles only, renumbered.
    numbers = {old: new for new, old in enumerate(region)}
    kept = np.array([[numbers[k] for k in f] for f in faces if all(k in numbers for k in f)])
    outputs = {"crop": shade(v64[region], kept, projected[region], crop, crop)}

    # The whole picture: crop NDC -> crop pixels -> picture pixels -> picture NDC.
    pixels = ((projected[:, :2] + 1) * crop - 1) / 2
    pixels = pixels @ inverse[:, :2].T + inverse[:, 2]
    short = min(width, height)
    frame = np.stack(
        [((2 * pixels[:, 0] + 1) / width - 1) * width / short,
         ((2 * pixels[:, 1] + 1) / height - 1) * height / short, projected[:, 2]], 1)  # fmt: skip
    outputs["frame"] = shade(v64, faces, frame, width, height)
    for name, maps in outputs.items():
        for key, value in zip(["image", "faceIndex", "z", "barycentrics"], maps):
            tensors[f"{name}.{key}"] = value if key == "faceIndex" else value.astype(np.float32)
    tensors = {k: torch.from_numpy(np.ascontiguousarray(t)) for k, t in tensors.items()}
    save_file(tensors, HERE / "render.safetensors", metadata={"numpy": np.__version__})


if __name__ == "__main__":
    write_heads()
    write_render()
