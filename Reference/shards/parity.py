"""Compares a folder of shards with what Python's tarfile and webdataset make of it.

    python parity.py LIKENESS [oracle]     makes a small data set with `LIKENESS world make` first
    python parity.py --folder DIR          a data set that is there

Checks that the manifest's sizes, counts and SHA-256 are right; that tarfile reads every member, with
no time, owner or odd mode, and would have written the same bytes; and that webdataset finds the same
samples in the same order. Needs webdataset (written with 1.0.2). Exits with 1 if anything differs.
"""

import argparse
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import webdataset

FAULTS = []


def check(holds, what):
    if not holds:
        FAULTS.append(what)


def members(path):
    with tarfile.open(path, "r:") as tar:
        for info in tar:
            check(info.isreg(), f"{path.name}: {info.name} is no plain file")
            check((info.mode, info.mtime, info.uid, info.gid) == (0o644, 0, 0, 0), f"{path.name}: fields of {info.name}")
            check((info.uname, info.gname) == ("", ""), f"{path.name}: owner of {info.name}")
            yield info.name, tar.extractfile(info).read()


def written_by_tarfile(contents):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in contents:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def check_folder(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    check(manifest["format"] == "likeness-shards", "format of the manifest")
    per_shard, first, samples = manifest["samples_per_shard"], 0, []
    names = sorted(path.name for path in folder.glob("*.tar"))
    check(names == [shard["file"] for shard in manifest["shards"]], "files of the manifest")
    for shard in manifest["shards"]:
        path = folder / shard["file"]
        data = path.read_bytes()
        check(len(data) == shard["bytes"], f"{path.name}: size")
        check(hashlib.sha256(data).hexdigest() == shard["sha256"], f"{path.name}: SHA-256")
        contents = list(members(path))
        same = written_by_tarfile(contents)
        # tarfile fills its last record of 10,240 bytes.
        check(same[: len(data)] == data and not any(same[len(data) :]), f"{path.name}: bytes")
        grouped = {}
        for name, content in contents:
            key, _, suffix = name.partition(".")
            grouped.setdefault(key, {})[suffix] = content
        check(shard["first"] == first and shard["samples"] == len(grouped), f"{path.name}: samples")
        check(len(grouped) == per_shard or shard is manifest["shards"][-1], f"{path.name}: count")
        first += len(grouped)
        samples += grouped.items()
    check(first == manifest["samples"], "samples of the manifest")
    check(len({key for key, _ in samples}) == len(samples), "keys are distinct")
    urls = [str(folder / name) for name in names]
    found = [
        (sample["__key__"], {k: v for k, v in sample.items() if not k.startswith("__")})
        for sample in webdataset.WebDataset(urls, shardshuffle=False)
    ]
    check(found == samples, "samples as webdataset finds them")
    print(f"{len(names)} shards, {len(samples)} samples, {sum(len(s) for _, s in samples)} members")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", nargs="*")
    parser.add_argument("--folder", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.folder:
        check_folder(arguments.folder)
    else:
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "world"
            subprocess.run(
                [arguments.command[0], "world", "make", "--identities", "3", "--views", "4", "--size", "64",
                 "--workers", "2", "--seed", "5", "--quiet", "-o", str(made)], check=True)
            check_folder(made)
    for fault in FAULTS:
        print("differs:", fault)
    sys.exit(1 if FAULTS else 0)


main()
