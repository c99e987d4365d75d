"""Compares the Images target with Pillow, OpenCV and Little CMS on fresh pictures, and prints figures.

    python parity.py [--seed N] .build/release/likeness oracle

Larger pictures than the fixtures, random sizes, matrices and file options; exits with 1 when a bound
is broken.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from profiles import cmyk_press, display_p3, grey_gamma18
from write_fixtures import encode, expected, picture

KINDS = {
    "pil-bicubic": Image.Resampling.BICUBIC,
    "pil-bilinear": Image.Resampling.BILINEAR,
    "pil-lanczos": Image.Resampling.LANCZOS,
}
PARAMETERS = "a portrait, naïve style\nSteps: 20, Seed: 1 — 雪 🙂"
LIKENESS = {"name": "Zoë", "seed": 7}


class Parity:
    def __init__(self, folder, seed):
        self.folder, self.rng = folder, np.random.default_rng(seed)
        self.jobs, self.checks = [], []

    def add(self, family, bound, fraction, name, data, job, arguments, reference):
        """Queues a job on `data`; later its result may differ from `reference` by the bounds."""
        index = len(self.jobs)
        source, target = f"{index}-{name}", f"{index}-out.png"
        (self.folder / source).write_bytes(data)
        self.jobs.append(" ".join([job, source, target] + [str(a) for a in arguments]))
        self.checks.append((family, bound, fraction, target, reference))

    def resizes(self):
        for i in range(24):
            width, height = self.rng.integers(150, 900, 2)
            source = picture(int(width), int(height), seed=100 + i)
            data = encode(Image.fromarray(source), "PNG")
            w, h = (int(v) for v in self.rng.integers(20, 1000, 2))
            for name, kind in KINDS.items():
                result = np.asarray(Image.fromarray(source).resize((w, h), kind))
                self.add(name, 0, 0, "in.png", data, "resize", [name, w, h], result)
            result = cv2.resize(source, (w, h), interpolation=cv2.INTER_LINEAR)
            self.add("cv-bilinear", 1, 0.001, "in.png", data, "resize", ["cv-bilinear", w, h], result)

    def warps(self):
        for i in range(12):
            source = picture(640, 480, seed=200 + i)
            angle, scale = self.rng.uniform(-np.pi, np.pi), self.rng.uniform(0.15, 2)
            m = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            m = np.concatenate([m, ([128, 128] - m @ [320, 240])[:, None]], 1)
            result = cv2.warpAffine(source, m, (256, 256), flags=cv2.INTER_LINEAR, borderValue=0)
            data = encode(Image.fromarray(source), "PNG")
            arguments = [repr(float(v)) for v in m.ravel()] + [256, 256]
            self.add("warp", 1, 0.0001, "in.png", data, "warp", arguments, result)

    def decodes(self):
        profiles = {"RGB": display_p3(), "L": grey_gamma18(), "CMYK": cmyk_press()}
        for i in range(6):
            rgb = Image.fromarray(picture(301, 203, seed=300 + i))
            for mode, profile in profiles.items():
                image = rgb.convert(mode)
                for kind, options in {
                    "JPEG": {"quality": 80 + i, "subsampling": 0, "progressive": i % 2 == 0},
                    "TIFF": {"compression": "tiff_adobe_deflate"},
                    "PNG": {},
                    "WEBP": {"lossless": True},
                }.items():
                    if mode == "CMYK" and kind in ("PNG", "WEBP"):
                        continue
                    for marked in (False, True):
                        exif = Image.Exif()
                        exif[0x0112] = int(self.rng.integers(1, 9))
                        extra = {"icc_profile": profile} if marked and (kind, mode) != ("WEBP", "L") else {}
                        data = encode(image, kind, exif=exif, **options, **extra)
                        family = f"decode {kind} {mode}{' profile' if extra else ''}"
                        self.add(family, 2, 1, f"in.{kind.lower()}", data, "decode", [], expected(data))

    def texts(self):
        data = encode(Image.fromarray(picture(120, 90)), "PNG")
        for kind in ("png", "jpeg", "webp"):
            self.add("text", 0, 0, "in.png", data, "text", [kind], kind)

    def compare(self):
        rows, good = {}, True
        for family, bound, fraction, target, reference in self.checks:
            if family == "text":
                fine = readable(self.folder / target, reference)
                print(f"text in {reference}: {'read by Pillow' if fine else 'NOT READABLE'}")
                good &= fine
                continue
            result = np.asarray(Image.open(self.folder / target).convert("RGB")).astype(int)
            difference = np.abs(result - reference.astype(int))
            row = rows.setdefault(family, [0, 0, 0, bound, fraction])
            row[0] = max(row[0], int(difference.max()))
            row[1] += int((difference > 0).sum())
            row[2] += difference.size
        for family, (most, differing, size, bound, fraction) in rows.items():
            fine = most <= bound and differing <= fraction * size
            good &= fine
            share = 100 * differing / size
            print(f"{family:28} most {most} (bound {bound}), {share:.4f} % of {size} differ {'' if fine else 'BROKEN'}")
        return good


def readable(path, kind):
    """Whether Pillow finds both texts where other programs look for them."""
    image = Image.open(path)
    if kind == "png":
        image.load()
        found = image.text["parameters"], image.text["likeness"]
        return found[0] == PARAMETERS and json.loads(found[1]) == LIKENESS
    exif = image.getexif()
    comment = exif.get_ifd(0x8769)[0x9286]
    if comment[:8] != b"UNICODE\0" or comment[8:].decode("utf-16-be") != PARAMETERS:
        return False
    label = image.info["comment"].decode() if kind == "jpeg" else exif[0x010E]
    # Pillow reads EXIF text as Latin-1; ours is UTF-8, as phones write it.
    label = label if kind == "jpeg" else label.encode("latin-1").decode()
    return label.startswith("likeness: ") and json.loads(label[10:]) == LIKENESS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("oracle", nargs="+", help="the command that answers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        parity = Parity(Path(name), options.seed)
        parity.resizes()
        parity.warps()
        parity.decodes()
        parity.texts()
        (Path(name) / "jobs.txt").write_text("\n".join(parity.jobs) + "\n")
        subprocess.run([*options.oracle, "images", name], check=True)
        sys.exit(0 if parity.compare() else 1)


if __name__ == "__main__":
    main()
