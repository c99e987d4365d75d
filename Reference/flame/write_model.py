"""Writes what FLAME's files look like, with random numbers: model.pkl, model_python3.pkl, masks.pkl and
eyelids as .npy, and model.safetensors, which they are to become.

There is nothing of FLAME's own data here; chumpy and scipy are stand-ins of a few lines that pickle as
the real ones do. model.pkl is written as Python 2 writes it: one type for text and bytes, protocol 2,
old module names. Written with Python 3.11, numpy 2.4.6.

    python Reference/flame/write_model.py
"""

import io
import pathlib
import pickle
import struct
import sys
import types

import numpy as np
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
VERTICES, FACES = 6, 5


def module(name):
    """An empty module, with the packages that it seems to be in."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules[".".join(parts[:end])] = types.ModuleType(name)
    return sys.modules[name]


class Ch:
    """chumpy's array: its state has more than the array."""

    def __init__(self, x):
        self.__dict__.update(
            x=x, _dirty_vars={"x"}, _itr=None, _depends_on_deps={}, _make_dense=False, _make_sparse=False
        )


class csc_matrix:
    def __init__(self, dense):
        columns = [np.flatnonzero(c) for c in dense.T]
        self._shape = dense.shape
        self.maxprint = 50
        self.indices = np.concatenate(columns).astype(np.int32)
        self.indptr = np.cumsum([0] + [len(c) for c in columns]).astype(np.int32)
        self.data = np.concatenate([dense[c, k] for k, c in enumerate(columns)])


def dress(scipy):
    """Puts the stand-ins where the real classes live, `scipy` being the module's name then."""
    for cls, name in [(Ch, "chumpy.ch"), (csc_matrix, scipy)]:
        cls.__module__ = name
        setattr(module(name), cls.__name__, cls)


class Python2Pickler(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        data = value.encode() if isinstance(value, str) else value
        short = len(data) < 256
        self.write((b"U" + bytes([len(data)]) if short else b"T" + struct.pack("<i", len(data))) + data)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_string

    def save_global(self, value, name=None):
        if getattr(value, "__module__", "") == "numpy._core.multiarray":
            self.write(b"cnumpy.core.multiarray\n" + value.__name__.encode() + b"\n")
            self.memoize(value)
        else:
            super().save_global(value, name)

    dispatch[types.FunctionType] = dispatch[types.BuiltinFunctionType] = dispatch[type] = save_global


def dump2(value, name):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(value)
    (HERE / name).write_bytes(file.getvalue())


def main():
    random = np.random.default_rng(7)
    shapedirs = random.standard_normal((VERTICES, 3, 400)).round(2)
    posedirs = random.standard_normal((VERTICES, 3, 36))
    regressor = random.random((5, VERTICES)) * (random.random((5, VERTICES)) < 0.5)
    parents = np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], dtype=np.uint32)
    v_template, weights = random.standard_normal((VERTICES, 3)), random.random((VERTICES, 5))
    faces = random.integers(0, VERTICES, (FACES, 3)).astype(np.uint32)
    lids = random.standard_normal((2, VERTICES, 3)).astype(np.float32)
    face = np.array([4, 0, 1, 3])

    dress("scipy.sparse.csc")
    model = {
        "v_template": Ch(v_template), "shapedirs": Ch(shapedirs), "posedirs": np.asfortranarray(posedirs),
        "J_regressor": csc_matrix(regressor), "kintree_table": parents, "weights": weights, "f": faces,
        "J": Ch(np.zeros((5, 3))), "bs_style": "lbs", "bs_type": "lrotmin",
    }  # fmt: skip
    dump2(model, "model.pkl")
    dump2({"face": face, "nose": np.array([2])}, "masks.pkl")

    # As someone would save it again today, without chumpy, in fewer bits.
    dress("scipy.sparse._csc")
    model |= {"v_template": v_template, "shapedirs": shapedirs.astype(np.float32)}
    del model["J"]
    (HERE / "model_python3.pkl").write_bytes(pickle.dumps(model, protocol=4))

    np.save(HERE / "l_eyelid.npy", lids[0])
    np.save(HERE / "r_eyelid.npy", lids[1].astype(np.float64).T.copy().T)  # Fortran order
    expected = {
        "v_template": v_template, "shapedirs": shapedirs[:, :, :350], "posedirs": posedirs.reshape(-1, 36).T,
        "J_regressor": regressor, "parents": np.array([-1, 0, 1, 1, 1]), "lbs_weights": weights,
        "faces_tensor": faces.astype(np.int64), "l_eyelid": lids[:1], "r_eyelid": lids[1:],
        "face_vertex_ids": np.sort(face),
    }  # fmt: skip
    tensors = {k: torch.tensor(v) for k, v in expected.items()}
    tensors = {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    tensors = {k: v.contiguous() for k, v in tensors.items()}
    save_file(tensors, HERE / "model.safetensors", metadata={"numpy": np.__version__})


if __name__ == "__main__":
    main()
