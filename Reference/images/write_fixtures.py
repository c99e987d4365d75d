"""Writes the fixtures of Tests/ImagesTests beside this file.

    python write_fixtures.py

Needs Pillow 13 (with LittleCMS), OpenCV 5, scikit-image 0.26, numpy and safetensors. Every picture is
made by formula; none is a photograph. Running it again gives the same bytes. Encoded files are stored as byte tensors, each beside the RGB
that Pillow and LittleCMS make of it.
"""

import io
import json
import struct
from pathlib import Path

import cv2
import numpy as np
import PIL
import skimage
from PIL import Image, ImageCms, ImageOps, PngImagePlugin
from skimage.transform import SimilarityTransform

from profiles import cmyk_press, display_p3, grey_gamma18

HERE = Path(__file__).parent
METADATA = {
    "pillow": PIL.__version__,
    "opencv": cv2.__version__,
    "scikit-image": skimage.__version__,
    "numpy": np.__version__,
    "littlecms": ImageCms.core.littlecms_version or "",
    "script": "Reference/images/write_fixtures.py",
}


def save_file(tensors, path, metadata):
    """A safetensors file whose bytes depend on its contents only: names and metadata are sorted."""
    kinds = {np.dtype(np.uint8): "U8", np.dtype(np.float32): "F32"}
    header, offset, body = {"__metadata__": metadata}, 0, b""
    # Larger elements first, so that each stays aligned.
    for name, value in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        data = np.ascontiguousarray(value)
        raw = data.tobytes()
        header[name] = {
            "dtype": kinds[data.dtype],
            "shape": list(data.shape),
            "data_offsets": [offset, offset + len(raw)],
        }
        body, offset = body + raw, offset + len(raw)
    text = json.dumps(header, sort_keys=True).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def picture(width, height, seed=0, noise=0.015):
    """Smooth colour waves, a hard disc and a little noise: [height, width, 3] uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x / width, y / height
    rgb = np.stack(
        [
            0.5 + 0.45 * np.sin(7 * u + 2 * v + seed),
            0.5 + 0.45 * np.cos(5 * v - 3 * u),
            0.15 + 0.7 * u * (1 - v) + 0.1 * np.sin(40 * u * v),
        ],
        axis=-1,
    )
    disc = (u - 0.6) ** 2 + (v - 0.4) ** 2 < 0.03
    rgb[disc] = [0.95, 0.85, 0.1]
    rgb += rng.normal(0, noise, rgb.shape)
    return np.clip(np.rint(rgb * 255), 0, 255).astype(np.uint8)


# --- Files and what they should become ------------------------------------------------------------


def encode(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def expected(data):
    """Orientation, profile to sRGB, 8 bits, alpha on white: the order the codec follows."""
    image = Image.open(io.BytesIO(data))
    image.load()
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.float64)
        image = Image.fromarray(np.rint(values / 257).astype(np.uint8))
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    alpha = None
    if image.mode in ("LA", "RGBA"):
        alpha = image.getchannel("A")
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode == "1":
        image = image.convert("L")
    if image.mode == "LAB":
        # Without its default table, which is out by up to 29 levels from the formula.
        image = ImageCms.profileToProfile(
            image,
            ImageCms.createProfile("LAB"),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
            flags=ImageCms.Flags.NOOPTIMIZE,
        )
    elif profile:
        image = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    image = image.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=alpha)
        image = white
    return np.asarray(image)


def png_16_bit_rgb(values):
    """A 16-bit RGB PNG, which Pillow cannot write; OpenCV can. `values` [H, W, 3] uint16."""
    ok, data = cv2.imencode(".png", values[:, :, ::-1])
    assert ok
    return data.tobytes()


SHARED = {
    "p3.webp": "p3.png",
    "rgba.webp": "rgba.png",
    "rgba.tiff": "rgba.png",
    "grey.tiff": "grey.png",
    "bilevel.tiff": "bilevel.png",
    "animated.webp": "orientation1.lossless",
    "animated.png": "orientation1.lossless",
    "pages.tiff": "orientation1.lossless",
}


def decode_files():
    base = picture(72, 64)
    smooth = Image.fromarray(picture(72, 64, noise=0) & 0xF8)  # compresses well
    rgb = Image.fromarray(base)
    grey = rgb.convert("L")
    alpha = Image.fromarray(np.tile(np.linspace(0, 255, 72).astype(np.uint8), (64, 1)))
    rgba = rgb.copy()
    rgba.putalpha(alpha)
    grey_alpha = Image.merge("LA", (grey, alpha))
    cmyk = rgb.convert("CMYK")
    ink = np.asarray(cmyk).copy()
    ink[:, :, 3] = np.minimum(ink[:, :, :3].min(-1) // 2 + 20, 255)  # some black, as printers use
    cmyk = Image.fromarray(ink, mode="CMYK")
    p3, press = display_p3(), cmyk_press()
    files = {}
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        # Chroma at full resolution, so that no decoder's upsampling enters the comparison.
        files[f"orientation{orientation}.jpeg"] = encode(smooth, "JPEG", quality=90, subsampling=0, exif=exif)
        files[f"orientation{orientation}.png"] = encode(smooth, "PNG", exif=exif)
        files[f"orientation{orientation}.webp"] = encode(smooth, "WEBP", lossless=True, exif=exif)
        files[f"orientation{orientation}.tiff"] = encode(
            smooth, "TIFF", compression="tiff_lzw", exif=exif
        )
    files["plain.jpeg"] = encode(rgb, "JPEG", quality=90)
    files["progressive.jpeg"] = encode(rgb, "JPEG", quality=90, subsampling=0, progressive=True)
    files["grey.jpeg"] = encode(grey, "JPEG", quality=90)
    files["grey_profile.jpeg"] = encode(grey, "JPEG", quality=90, icc_profile=grey_gamma18())
    files["cmyk.jpeg"] = encode(cmyk, "JPEG", quality=92)
    files["cmyk_profile.jpeg"] = encode(cmyk, "JPEG", quality=92, icc_profile=press)
    files["cmyk.tiff"] = encode(cmyk, "TIFF", compression="tiff_lzw")
    files["cmyk_profile.tiff"] = encode(cmyk, "TIFF", compression="tiff_lzw", icc_profile=press)
    files["p3.jpeg"] = encode(rgb, "JPEG", quality=92, subsampling=0, icc_profile=p3)
    files["p3.png"] = encode(rgb, "PNG", icc_profile=p3)
    files["p3.webp"] = encode(rgb, "WEBP", lossless=True, icc_profile=p3)
    files["p3_alpha.png"] = encode(rgba, "PNG", icc_profile=p3)
    files["grey.png"] = encode(grey, "PNG")
    files["bilevel.png"] = encode(rgb.convert("1"), "PNG")
    files["grey_alpha.png"] = encode(grey_alpha, "PNG")
    files["rgba.png"] = encode(rgba, "PNG")
    files["rgba.webp"] = encode(rgba, "WEBP", lossless=True, exact=True)
    files["rgba.tiff"] = encode(rgba, "TIFF", compression="tiff_lzw")
    files["palette.png"] = encode(rgb.quantize(32), "PNG")
    see_through = rgb.quantize(32)
    files["palette_transparent.png"] = encode(see_through, "PNG", transparency=bytes(range(0, 256, 8)))
    wide = np.asarray(grey).astype(np.uint16) * 257 + np.arange(72, dtype=np.uint16)
    files["grey16.png"] = encode(Image.fromarray(np.minimum(wide, 65535).astype(np.uint16)), "PNG")
    files["lossy.webp"] = encode(rgb, "WEBP", quality=85)
    files["grey.tiff"] = encode(grey, "TIFF", compression="tiff_lzw")
    files["bilevel.tiff"] = encode(rgb.convert("1"), "TIFF", compression="group4")
    lab = ImageCms.profileToProfile(
        rgb, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    del lab.info["icc_profile"]  # it holds the time of day, and the values are ICC Lab anyway
    files["lab.tiff"] = encode(lab, "TIFF", compression="tiff_lzw")
    second = Image.fromarray(picture(72, 64, seed=5, noise=0))
    files["animated.webp"] = encode(
        smooth, "WEBP", lossless=True, save_all=True, append_images=[second, rgb], duration=50
    )
    files["animated.png"] = encode(
        smooth, "PNG", save_all=True, append_images=[second, smooth], duration=50
    )
    files["pages.tiff"] = encode(
        smooth, "TIFF", compression="tiff_lzw", save_all=True, append_images=[second]
    )

    tensors = {}
    for name, data in files.items():
        tensors[f"{name}.bytes"] = np.frombuffer(data, np.uint8)
        rgb = np.ascontiguousarray(expected(data))
        # Files that hold the same pixels share one expectation.
        stem = SHARED.get(name, name)
        if name.startswith("orientation") and not name.endswith("jpeg"):
            stem = name.split(".")[0] + ".lossless"
        assert np.array_equal(tensors.setdefault(f"{stem}.rgb", rgb), rgb), name

    # Pillow reads 16-bit RGB as 8 bits by dropping the low byte; the expectation is the rounding.
    wide = base.astype(np.float64) * 257 + np.random.default_rng(3).integers(-120, 120, base.shape)
    wide = np.clip(wide, 0, 65535).astype(np.uint16)
    tensors["rgb16.png.bytes"] = np.frombuffer(png_16_bit_rgb(wide), np.uint8)
    tensors["rgb16.png.rgb"] = np.rint(wide / 257).astype(np.uint8)
    # AVIF is lossy and decoders differ in chroma upsampling: full chroma, full range.
    avif = encode(Image.fromarray(base), "AVIF", quality=95, subsampling="4:4:4")
    tensors["plain.avif.bytes"] = np.frombuffer(avif, np.uint8)
    tensors["plain.avif.rgb"] = np.ascontiguousarray(expected(avif))
    save_file(tensors, HERE / "decode.safetensors", METADATA)


# --- Resampling, points and warps -----------------------------------------------------------------


def resampling():
    # One picture and the sizes that exercise each branch: shrink, grow, mixed, exact half, one side.
    source = picture(61, 47, seed=1)
    even = picture(60, 44, seed=2)
    grey = np.ascontiguousarray(picture(41, 47, seed=3)[:, :, 1])
    tensors = {"source": source, "even": even, "grey": grey}
    sizes = [(40, 32), (17, 19), (70, 58), (25, 90), (61, 23), (90, 47), (1, 1), (7, 3)]
    sizes += [(55, 20), (80, 30)]  # Pillow 13 takes rows first
    kinds = {
        "pil-bicubic": Image.Resampling.BICUBIC,
        "pil-bilinear": Image.Resampling.BILINEAR,
        "pil-lanczos": Image.Resampling.LANCZOS,
    }
    for width, height in sizes:
        for name, kind in kinds.items():
            result = Image.fromarray(source).resize((width, height), kind)
            tensors[f"{name}.source.{width}x{height}"] = np.asarray(result)
        tensors[f"cv-bilinear.source.{width}x{height}"] = cv2.resize(
            source, (width, height), interpolation=cv2.INTER_LINEAR
        )
    for name, kind in kinds.items():
        tensors[f"{name}.even.30x22"] = np.asarray(Image.fromarray(even).resize((30, 22), kind))
        tensors[f"{name}.grey.23x70"] = np.asarray(Image.fromarray(grey).resize((23, 70), kind))
        tensors[f"{name}.grey.50x17"] = np.asarray(Image.fromarray(grey).resize((50, 17), kind))
    tensors["cv-bilinear.even.30x22"] = cv2.resize(even, (30, 22))
    tensors["cv-bilinear.grey.23x70"] = cv2.resize(grey, (23, 70))
    tensors["cv-bilinear.grey.50x17"] = cv2.resize(grey, (50, 17))
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, HERE / "resize.safetensors", METADATA)


def geometry():
    rng = np.random.default_rng(11)
    source = picture(90, 70, seed=4)
    tensors = {"source": source, "mask": rng.random((70, 90)).astype(np.float32)}
    matrices, warps = [], []
    for i in range(6):
        angle, scale = rng.uniform(-3, 3), rng.uniform(0.4, 1.8)
        matrix = np.array(
            [
                [scale * np.cos(angle), -scale * np.sin(angle), 0],
                [scale * np.sin(angle), scale * np.cos(angle), 0],
            ]
        )
        if i == 5:  # not a similarity
            matrix += rng.uniform(-0.3, 0.3, (2, 3))
        matrix[:, 2] = np.array([32, 28]) - matrix[:, :2] @ [45, 35] + rng.uniform(-9, 9, 2)
        matrices.append(matrix)
        warps.append(cv2.warpAffine(source, matrix, (64, 56), flags=cv2.INTER_LINEAR, borderValue=0))
        if i < 3:
            tensors[f"mask_warp{i}"] = cv2.warpAffine(
                tensors["mask"], matrix, (64, 56), flags=cv2.INTER_LINEAR
            )
    tensors["warps"] = np.stack(warps)

    # Point sets: exact similarities, noisy ones, two points, collinear, mirrored. Doubles are split
    # into a float and a remainder, since the test's reader has floats only.
    sets = []
    template = np.array([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])
    for i in range(12):
        count = [5, 5, 5, 5, 2, 68, 5, 5, 3, 4, 5, 5][i]
        p = template[:count] if count <= 5 else rng.uniform(0, 500, (count, 2))
        angle, scale = rng.uniform(-np.pi, np.pi), rng.uniform(0.05, 20)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        q = p @ turn.T + rng.uniform(-800, 800, 2) + rng.normal(0, [0, 2][i % 2] * scale, p.shape)
        if i == 6:
            p = np.stack([np.arange(5.0), 2 * np.arange(5.0)], -1)
            q = p @ turn.T
        if i == 7:
            q = p * [-1, 1] + rng.normal(0, 3, p.shape)
        fitted = SimilarityTransform.from_estimate(p, q)
        sets.append((p, q, np.asarray(fitted.params)[:2]))
    for i, (p, q, matrix) in enumerate(sets):
        for name, value in (("p", p), ("q", q), ("matrix", matrix)):
            high = value.astype(np.float32)
            tensors[f"points{i}.{name}"] = high
            tensors[f"points{i}.{name}.rest"] = (value - high).astype(np.float32)
    matrices = np.stack(matrices)
    tensors["matrices"] = matrices.astype(np.float32)
    tensors["matrices.rest"] = (matrices - matrices.astype(np.float32)).astype(np.float32)
    save_file(tensors, HERE / "geometry.safetensors", METADATA)


# --- Flow colours ---------------------------------------------------------------------------------


def wheel():
    """The 55 colours of Baker et al. 2011: six arcs, in each of which one channel moves."""
    arcs = [(15, (255, None, 0)), (6, (-1, 255, 0)), (4, (0, 255, None)), (11, (0, -1, 255))]
    arcs += [(13, (None, 0, 255)), (6, (255, 0, -1))]
    rows = []
    for count, pattern in arcs:
        ramp = np.floor(255 * np.arange(count) / count)
        columns = [ramp if p is None else 255 - ramp if p == -1 else np.full(count, p) for p in pattern]
        rows.append(np.stack(columns, -1))
    return np.concatenate(rows)


def flow():
    """Random motions in the paper's colours."""
    rng = np.random.default_rng(9)
    field = rng.normal(0, 3, (2, 24, 32)).astype(np.float32)
    field[:, 0, :5] = [[0, 9, -9, 0, 0], [0, 0, 0, 9, -9]]  # still, and the four directions
    u, v = field.astype(np.float64) / np.sqrt((field.astype(np.float64) ** 2).sum(0)).max()
    length = np.hypot(u, v)
    colours = wheel()
    place = (np.arctan2(-v, -u) / np.pi + 1) / 2 * (len(colours) - 1)
    low = np.floor(place).astype(int)
    part = (place - low)[..., None]
    hue = ((1 - part) * colours[low] + part * colours[(low + 1) % len(colours)]) / 255
    rgb = np.floor(255 * (1 - length[..., None] * (1 - hue))).astype(np.uint8)
    save_file({"flow": field, "colours": rgb, "wheel": colours.astype(np.float32)}, HERE / "flow.safetensors", METADATA)


# --- Texts and private data -----------------------------------------------------------------------

CANARIES = ["CANARYMAKE", "CANARYARTIST", "CANARYXMP", "CANARYCOMMENT", "CANARYPROFILE", "CANARYTEXT"]


def private_files():
    """Inputs full of personal data; every string in them that matters starts with CANARY."""
    rgb = Image.fromarray(picture(96, 80, seed=6))
    exif = Image.Exif()
    exif[0x010F] = "CANARYMAKE"
    exif[0x013B] = "CANARYARTIST"
    exif[0x0112] = 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (46.0, 56.0, 53.25)
    gps[3], gps[4] = "E", (7.0, 26.0, 50.75)
    gps[29] = "2026:01:02"
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>CANARYXMP</a></x:xmpmeta>'
    profile = display_p3().replace(b"Display P3 (made", b"CANARYPROFILE P3")
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "CANARYTEXT")
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    files = {
        "private.jpeg": encode(
            rgb, "JPEG", quality=90, exif=exif, xmp=xmp, comment="CANARYCOMMENT", icc_profile=profile
        ),
        "private.png": encode(rgb, "PNG", exif=exif, pnginfo=text, icc_profile=profile),
        "private.webp": encode(rgb, "WEBP", quality=90, exif=exif, xmp=xmp, icc_profile=profile),
        "private.tiff": encode(rgb, "TIFF", compression="tiff_lzw", exif=exif, icc_profile=profile),
    }
    # A comment as the web UI writes it, in a file of either byte order; a PNG with compressed text.
    comment = "a portrait, naïve style\nSteps: 20, Seed: 1 — 雪"
    user = {0x9286: b"UNICODE\0" + comment.encode("utf-16-be")}
    for endian, name in ((">", "comment_mm.jpeg"), ("<", "comment_ii.jpeg")):
        exif = Image.Exif()
        exif.endian = endian
        exif.get_ifd(0x8769).update(user)
        files[name] = encode(rgb.resize((64, 64)), "JPEG", quality=60, exif=exif)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + comment.encode("utf-16-le")
    files["comment_le.webp"] = encode(rgb.resize((64, 64)), "WEBP", quality=60, exif=exif)
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", comment)
    text.add_text("plain", "caf\u00e9\nsecond line")
    text.add_text("bomb", "0" * 4_000_000, zip=True)
    text.add_itxt("zipped", comment * 1000, "de", "gezippt", zip=True)
    text.add_itxt("kept", comment, "de", "behalten")
    files["texts.png"] = encode(rgb.resize((64, 64)), "PNG", pnginfo=text)
    tensors = {name: np.frombuffer(data, np.uint8) for name, data in files.items()}
    tensors["comment"] = np.frombuffer(comment.encode(), np.uint8)
    save_file(tensors, HERE / "texts.safetensors", METADATA)


if __name__ == "__main__":
    decode_files()
    resampling()
    geometry()
    private_files()
    flow()
    for path in sorted(HERE.glob("*.safetensors")):
        print(path.name, path.stat().st_size)
