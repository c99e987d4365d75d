"""Compares Likeness's checkpoint readers and writers with the reference libraries.

    python parity.py ORACLE... [--mutants 100000] [--sets 200] [--seed 1]

ORACLE is the command that answers frames, to which `verdicts`, `rewrite` or `convert` is added:
`likeness oracle`. Needs torch and safetensors (written with torch 2.13.0, safetensors 0.8.0).
Exits with 1 if any comparison fails.
"""

import argparse
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import warnings

import torch
from safetensors import TensorSpec, deserialize, serialize

warnings.filterwarnings("ignore")

WIDTHS = {
    "BOOL": 8, "F4": 4, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32,
    "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip

# TensorSpec wants the frameworks' names.
NAMES = {
    "BOOL": "bool", "F4": "float4_e2m1fn_x2", "U8": "uint8", "I8": "int8", "F8_E5M2": "float8_e5m2",
    "F8_E4M3": "float8_e4m3fn", "F8_E8M0": "float8_e8m0fnu", "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz", "I16": "int16", "U16": "uint16", "F16": "float16",
    "BF16": "bfloat16", "I32": "int32", "U32": "uint32", "F32": "float32", "C64": "complex64",
    "F64": "float64", "I64": "int64", "U64": "uint64",
}  # fmt: skip


def frame(blob):
    return struct.pack("<Q", len(blob)) + blob


def ask(oracle, mode, blobs):
    """Sends every blob, returns everything that came back."""
    process = subprocess.Popen(oracle + [mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send():
        for blob in blobs:
            process.stdin.write(frame(blob))
        process.stdin.close()

    thread = threading.Thread(target=send)
    thread.start()
    answer = process.stdout.read()
    thread.join()
    if process.wait() != 0:
        sys.exit(f"{mode}: the oracle ended with status {process.returncode}")
    return answer


def frames(answer):
    position, result = 0, []
    while position < len(answer):
        (size,) = struct.unpack_from("<Q", answer, position)
        result.append(answer[position + 8 : position + 8 + size])
        position += 8 + size
    return result


# Safetensors: verdicts on mutants


def seeds():
    """Small valid files; mutants start here."""

    def entry(dtype, shape, start, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}

    headers = [
        ({"a": entry("F32", [2, 2], 0, 16)}, 16),
        ({"__metadata__": {"format": "pt", "é": "\n"}, "w": entry("BF16", [3], 0, 6)}, 6),
        ({"a": entry("I64", [1], 0, 8), "b": entry("U8", [], 8, 9), "c": entry("F16", [0, 4], 9, 9)}, 9),
        ({"f": entry("F4", [2, 4], 0, 4), "g": entry("F8_E8M0", [2], 4, 6), "x": {**entry("I8", [1], 6, 7), "note": [1, {"k": None}]}}, 7),
        ({}, 0),
        ({f"layer.{i}.weight": entry("F32", [1], 4 * i, 4 * i + 4) for i in range(8)}, 32),
    ]
    for header, size in headers:
        for separators in [(",", ":"), (", ", ": ")]:
            text = json.dumps(header, separators=separators, ensure_ascii=size % 2 == 0)
            yield text.encode(), bytes(range(size))


TOKENS = [
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"0", b"1", b"-1", b"-0", b"01", b"1.0", b"1e2",
    b"4294967296", b"9223372036854775807", b"9223372036854775808", b"18446744073709551615",
    b"18446744073709551616", b"1e308", b"1e309", b"null", b"true", b"false", b'"a"', b'"U8"', b'"F32"', b'"F4"',
    b'"F6_E2M3"', b'"dtype"', b'"shape"', b'"data_offsets"', b'"__metadata__"', b'"__metadata__":{},',
    b'"__metadata__":null,', b"\\u0000", b"\\ud800", b"\\ud83d\\ude00", b"\\udc00", b"\\x", b"\xff",
    b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\x00", b"\x7f", b"\x1f", b" ", b"\n", b"\r", b"\t", b"\x0b", b"\x0c",
    b"//", b"/**/", b"NaN", b"Infinity", b"[[[[", b'{"a":', b'"x":1,', b'"x":1e999,', b"1" * 400, b"[" * 130 + b"]" * 130,
]  # fmt: skip


def mutant(rng, base):
    header, data = bytearray(base[0]), bytearray(base[1])
    length = None
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(header) + 1)
        kind = rng.randrange(10)
        if kind == 0 and header:
            header[min(at, len(header) - 1)] ^= 1 << rng.randrange(8)
        elif kind == 1 and header:
            header[min(at, len(header) - 1)] = rng.randrange(256)
        elif kind == 2:
            header[at:at] = rng.choice(TOKENS)
        elif kind == 3:
            header[at : at + rng.randrange(1, 6)] = rng.choice(TOKENS)
        elif kind == 4:
            del header[at : at + rng.randrange(1, 12)]
        elif kind == 5:
            end = at + rng.randrange(1, 40)
            to = rng.randrange(len(header) + 1)
            header[to:to] = header[at:end]
        elif kind == 6:
            data = data[: rng.randrange(len(data) + 1)] + bytes(rng.randrange(3))
        elif kind == 7:
            true = len(header)
            length = rng.choice(
                [0, 1, 2, true - 1, true + 1, true + len(data), true + len(data) + 1, 100_000_000, 100_000_001, 2**31, 2**32, 2**63, 2**64 - 1, 2**64 - 8]
            )
        elif kind == 8:  # swap two numbers: offsets and sizes that almost fit
            digits = [i for i, c in enumerate(header) if 48 <= c <= 57]
            if digits:
                header[rng.choice(digits)] = 48 + rng.randrange(10)
        else:
            pad = rng.choice([b" ", b"\n", b"\t", b"\r", b"\0", b"\x0b"]) * rng.randrange(1, 9)
            header[:] = pad + header if rng.random() < 0.5 else header + pad
    if length is None or length < 0:
        length = len(header)
    blob = struct.pack("<Q", length) + header + data
    return blob[: rng.randrange(len(blob) + 1)] if rng.random() < 0.02 else blob


def reference_accepts(blob):
    try:
        deserialize(blob)
        return True
    except Exception:
        return False


def compare_verdicts(oracle, count, seed):
    rng = random.Random(seed)
    bases = list(seeds())
    mutants = [base_blob(base) for base in bases]
    mutants += [mutant(rng, rng.choice(bases)) for _ in range(count)]
    ours = ask(oracle, "verdicts", mutants).decode()
    assert len(ours) == len(mutants), "one verdict per file"
    theirs = [reference_accepts(blob) for blob in mutants]
    laxer = [m for m, o, t in zip(mutants, ours, theirs) if o == "A" and not t]
    stricter = [m for m, o, t in zip(mutants, ours, theirs) if o == "R" and t]
    print(
        f"verdicts: {len(mutants)} files, reference accepts {sum(theirs)}, we accept {ours.count('A')}; "
        f"accepted by us alone {len(laxer)}, by the reference alone {len(stricter)}"
    )
    for blob in laxer[:5]:
        print("  only we accept:", blob[:300])
    for blob in stricter[:: max(1, len(stricter) // 8)][:8] if os.environ.get("VERBOSE") else []:
        print("  only the reference accepts:", blob[:300])
    return not laxer and set(ours[: len(bases)]) == {"A"}


def base_blob(base):
    return struct.pack("<Q", len(base[0])) + base[0] + base[1]


# Safetensors: sets of tensors over every type, through our reader and writer


def random_set(rng):
    tensors, keep, metadata = {}, [], None
    for i in range(rng.randrange(0, 24)):
        dtype = rng.choice(list(WIDTHS))
        shape = [rng.choice([0, 1, 1, 2, 3, 5, 8]) for _ in range(rng.randrange(0, 5))]
        if dtype == "F4":
            shape = shape + [2 * rng.randrange(0, 4)]
        bits = WIDTHS[dtype]
        for size in shape:
            bits *= size
        data = bytearray(rng.randbytes(bits // 8)) or bytearray(0)
        storage = (torch.frombuffer(data, dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8))
        keep.append((data, storage))
        name = rng.choice(["w", "b", "é", "日本", 'q"\\', "a.b/c", "~"]) + str(i)
        # TensorSpec doubles the last dimension of packed types, as torch counts bytes.
        given = shape[:-1] + [shape[-1] // 2] if dtype == "F4" else shape
        tensors[name] = (TensorSpec(dtype=NAMES[dtype], shape=given, data_ptr=storage.data_ptr(), data_len=len(data)), dtype, shape, bytes(data))
    if rng.random() < 0.7:
        # One key: the reference writes several in no particular order.
        metadata = {rng.choice(["format", "note é", "\x01\n"]): rng.choice(["pt", "", 'a"\\/\x7f\u2028'])}
    blob = serialize({k: v[0] for k, v in tensors.items()}, metadata)
    return blob, {k: v[1:] for k, v in tensors.items()}, metadata, keep


def compare_sets(oracle, count, seed):
    rng = random.Random(seed)
    sets = [random_set(rng) for _ in range(count)]
    answers = frames(ask(oracle, "rewrite", [s[0] for s in sets]))
    identical = equal = 0
    types = set()
    for (blob, tensors, _, _), answer in zip(sets, answers):
        identical += blob == answer
        if not answer:
            continue
        back = {k: (v["dtype"], v["shape"], bytes(v["data"])) for k, v in deserialize(answer)}
        equal += back == tensors
        types |= {v[0] for v in tensors.values()}
    print(f"sets: {count} over {len(types)} of {len(WIDTHS)} types; {equal} equal tensor for tensor, {identical} identical files")
    return len(answers) == equal == identical == count and len(types) == len(WIDTHS)


# Torch files


def random_tensor(rng):
    dtype = rng.choice(
        [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
         torch.uint8, torch.bool, torch.complex64, torch.float8_e4m3fn, torch.float8_e5m2, torch.uint16, torch.uint32]
    )  # fmt: skip
    shape = [rng.choice([1, 2, 3, 4]) for _ in range(rng.randrange(0, 4))]
    base = torch.randint(0, 255, shape + [dtype.itemsize], dtype=torch.uint8).view(dtype).reshape(shape)
    if dtype == torch.bool:
        base = torch.randint(0, 2, shape, dtype=torch.uint8).bool()
    kind = rng.randrange(6)
    if kind == 0 and base.dim() >= 2:
        return base.transpose(0, 1)
    if kind == 1 and base.dim() >= 1:
        return base[::2]
    if kind == 2 and base.dim() >= 1:
        return base[1:]
    if kind == 3:
        return base.unsqueeze(0).expand([2] + shape)
    if kind == 4 and dtype.is_floating_point and dtype.itemsize > 1:
        return torch.nn.Parameter(base)
    return base


def compare_torch(oracle, count, seed):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    blobs, expected = [], []
    for i in range(count):
        state = {f"layer{k}.{rng.choice(['weight', 'bias', 'é'])}": random_tensor(rng) for k in range(rng.randrange(1, 12))}
        first = next(iter(state.values()))
        state["tied"] = first.detach()
        wrap = rng.choice([None, "state_dict", "params_ema", "model_state_dict"])
        prefix = rng.choice(["", "module."])
        saved = {prefix + k: v for k, v in state.items()}
        if rng.random() < 0.5:
            saved = __import__("collections").OrderedDict(saved)
        saved = {"epoch": i, "lr": 1e-3, wrap: saved} if wrap else saved
        file = io.BytesIO()
        torch.save(saved, file, pickle_protocol=rng.choice([2, 3, 4, 5]), _use_new_zipfile_serialization=rng.random() < 0.5)
        blobs.append(file.getvalue())
        expected.append(state)
    answers = frames(ask(oracle, "convert", blobs))

    equal = 0
    for answer, state in zip(answers, expected):
        if not answer:
            continue
        back = {k: (v["shape"], bytes(v["data"])) for k, v in deserialize(answer)}
        want = {k: (list(v.shape), v.detach().clone(memory_format=torch.contiguous_format).reshape(-1).view(torch.uint8).numpy().tobytes()) for k, v in state.items()}
        equal += back == want
    print(f"torch files: {count}, {equal} equal tensor for tensor")
    return len(answers) == equal == count


# What a hostile file makes the reader do


class Command:
    """Pickles as a call of the given function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def watch_syscalls(oracle):
    """Feeds pickles that would run commands, and looks at every system call that could matter."""
    if not shutil.which("strace"):
        print("system calls: skipped, since strace is not installed")
        return True
    folder = tempfile.mkdtemp()
    canary = os.path.join(folder, "canary")
    blobs = []
    for function, argument in [(os.system, f"touch {canary}"), (eval, f"open({canary!r}, 'w')"), (open, canary)]:
        for zipped in (True, False):
            for protocol in (2, 4):
                file = io.BytesIO()
                saved = {"w": torch.ones(2), "x": Command(function, argument)}
                torch.save(saved, file, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
                blobs.append(file.getvalue())
    log = os.path.join(folder, "log")
    calls = "execve,execveat,fork,vfork,socket,connect,open,openat,creat"
    traced = ["strace", "-f", "-qq", "-e", f"trace={calls}", "-o", log, *oracle]
    loaded = sum(bool(answer) for answer in frames(ask(traced, "convert", blobs)))
    lines = [line.split(None, 1)[1] for line in open(log, errors="replace")]
    run = [line for line in lines if line.startswith("exec") and "= 0" in line]
    sockets = [line for line in lines if line.startswith(("socket", "connect"))]
    written = [line for line in lines if re.search("O_WRONLY|O_RDWR|O_CREAT|^creat", line)]
    # The oracle itself puts each frame into its own temporary folder.
    strange = [line for line in written if "/oracle-" not in line and "/dev/" not in line]
    touched = os.path.exists(canary)
    shutil.rmtree(folder)
    print(
        f"system calls: {len(blobs)} hostile files, {loaded} loaded; {len(run)} program started (the oracle), "
        f"{len(sockets)} sockets, {len(strange)} files opened for writing elsewhere, canary {'there' if touched else 'absent'}"
    )
    for line in sockets + strange:
        print("  ", line.strip())
    return loaded == 0 and len(run) == 1 and not sockets and not strange and not touched


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oracle", nargs="+")
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = [
        compare_verdicts(options.oracle, options.mutants, options.seed),
        compare_sets(options.oracle, options.sets, options.seed),
        compare_torch(options.oracle, options.sets, options.seed),
        watch_syscalls(options.oracle),
    ]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
