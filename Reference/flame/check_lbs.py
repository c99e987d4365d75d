"""Compares skinning.py, which the fixtures come from, with the reference's own skinning code.

    python Reference/flame/check_lbs.py PATH/lbs.py

PATH/lbs.py is `src/FLAME/lbs.py` of a SMIRK checkout (or DECA's); whoever runs this answers for having
its licence. It is imported where it lies and nothing of it is kept here. Exits with 1 on a difference
above 1e-5.
"""

import importlib.util
import pathlib
import sys

import torch
from safetensors.torch import load_file
from skinning import doubled, pose_head, random_head

HERE = pathlib.Path(__file__).parent


def reference(path):
    spec = importlib.util.spec_from_file_location("reference_lbs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lbs


def compare(lbs, what, head, betas, pose):
    """Largest differences of vertices and joints, batched reference against one head at a time."""
    vertices, joints = lbs(
        betas, pose.reshape(len(pose), -1), head["v_template"].expand(len(pose), -1, -1), head["shapedirs"],
        head["posedirs"], head["J_regressor"], head["parents"], head["lbs_weights"], dtype=betas.dtype,
    )[:2]  # fmt: skip
    mine = [pose_head(doubled(head), b.double(), p.double()) for b, p in zip(betas, pose)]
    errors = [
        (theirs.double() - torch.stack(ours)).abs().max().item()
        for theirs, ours in zip((vertices, joints), zip(*mine))
    ]
    print(f"{what}: vertices {errors[0]:.1e}, joints {errors[1]:.1e}")
    return max(errors) <= 1e-5


def main():
    torch.manual_seed(1)
    lbs = reference(sys.argv[1])
    fixture = load_file(HERE / "flame.safetensors")
    head = {k[5:]: v for k, v in fixture.items() if k.startswith("head.")}
    betas = torch.cat([fixture["x.shape"], fixture["x.expression"]], 1)
    pose = torch.cat([fixture[f"x.{k}"] for k in ["globalPose", "neck", "jaw", "eyes"]], 1).reshape(-1, 5, 3)
    fine = [compare(lbs, "fixture", head, betas, pose)]
    head = random_head(torch.Generator().manual_seed(2), 5023, 10, 300, 50)
    betas = torch.randn(3, 350) * 0.3
    for what, scale in [("no rotation", 0.0), ("tiny", 1e-4), ("usual", 0.3), ("large", 4.0)]:
        pose = torch.randn(3, 5, 3) * scale
        fine.append(compare(lbs, f"5023 vertices, {what}", head, betas, pose))
        fine.append(compare(lbs, "  in float64", doubled(head), betas.double(), pose.double()))
    sys.exit(0 if all(fine) else 1)


if __name__ == "__main__":
    main()
