"""FLAME's posing, written from its description in double precision, one vertex rule at a time.

Independent of anyone's code, and slow on purpose: einsum and loops, nothing fused.
"""

import torch


def rotation(vector):
    """Rodrigues' formula for one axis-angle vector [3]."""
    angle = torch.sqrt(((vector + 1e-8) ** 2).sum())
    x, y, z = vector / angle
    zero = torch.zeros_like(x)
    k = torch.stack([torch.stack([zero, -z, y]), torch.stack([z, zero, -x]), torch.stack([-y, x, zero])])
    return torch.eye(3, dtype=vector.dtype) + torch.sin(angle) * k + (1 - torch.cos(angle)) * (k @ k)


def pose_head(head, betas, pose, eyelids=None):
    """Vertices [V, 3] and joints [J, 3] of one head; pose is [J, 3]."""
    shaped = head["v_template"] + torch.einsum("l,mkl->mk", betas, head["shapedirs"])
    rest = torch.einsum("jv,vk->jk", head["J_regressor"], shaped)
    rotations = [rotation(r) for r in pose]
    feature = torch.cat([(r - torch.eye(3, dtype=r.dtype)).reshape(-1) for r in rotations[1:]])
    posed = shaped + torch.einsum("f,fv->v", feature, head["posedirs"]).reshape(-1, 3)

    world = []  # 4 x 4 of each joint
    for joint, parent in enumerate(head["parents"].tolist()):
        offset = rest[joint] if parent < 0 else rest[joint] - rest[parent]
        top = torch.cat([rotations[joint], offset.reshape(3, 1)], 1)
        bottom = torch.tensor([[0.0, 0, 0, 1]], dtype=top.dtype)
        local = torch.cat([top, bottom])
        world.append(local if parent < 0 else world[parent] @ local)

    vertices = torch.zeros_like(posed)
    for joint, matrix in enumerate(world):
        moved = (posed - rest[joint]) @ matrix[:3, :3].T + matrix[:3, 3]
        vertices = vertices + head["lbs_weights"][:, joint : joint + 1] * moved
    if eyelids is not None:
        vertices = vertices + head["r_eyelid"][0] * eyelids[1] + head["l_eyelid"][0] * eyelids[0]
    return vertices, torch.stack([m[:3, 3] for m in world])


def random_head(generator, vertices, faces, shape, expression):
    """Random tensors under SMIRK's names; weights and regressor rows are normalised."""

    def normal(*size):
        return torch.randn(*size, generator=generator)

    def shares(*size):
        values = torch.rand(*size, generator=generator) ** 4
        return values / values.sum(1, keepdim=True)

    corners = torch.stack([torch.randperm(vertices, generator=generator)[:3] for _ in range(faces)])
    return {
        "v_template": normal(vertices, 3) * 0.1,
        "shapedirs": normal(vertices, 3, shape + expression) * 0.02,
        "posedirs": normal(36, vertices * 3) * 0.01,
        "J_regressor": shares(5, vertices),
        "parents": torch.tensor([-1, 0, 1, 1, 1]),
        "lbs_weights": shares(vertices, 5),
        "faces_tensor": corners,
        "l_eyelid": normal(1, vertices, 3) * 0.01,
        "r_eyelid": normal(1, vertices, 3) * 0.01,
    }


def doubled(head):
    return {k: v.double() if v.is_floating_point() else v for k, v in head.items()}
