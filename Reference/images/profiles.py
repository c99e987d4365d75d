"""ICC profiles made by formula: Display P3, a grey of gamma 1.8, and a press with four inks."""

import struct

import numpy as np


def s15(value):
    return struct.pack(">i", round(value * 65536))


def icc(space, pcs, tags, kind=b"mntr"):
    """A version 2 profile from `(signature, data)` pairs."""
    body, table, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for signature, data in tags:
        table += signature + struct.pack(">II", offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = offset + len(body)
    white = s15(0.9642) + s15(1) + s15(0.8249)
    head = struct.pack(">I", size) + b"\0\0\0\0" + bytes([2, 0x40, 0, 0]) + kind + space + pcs
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + white
    return head + b"\0" * (128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def description(text):
    ascii_text = text.encode() + b"\0"
    data = b"desc\0\0\0\0" + struct.pack(">I", len(ascii_text)) + ascii_text
    return data + b"\0" * (4 + 4 + 2 + 1 + 67)


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + s15(x) + s15(y) + s15(z)


def srgb_curve():
    t = np.linspace(0, 1, 1024)
    linear = np.where(t <= 0.04045, t / 12.92, ((t + 0.055) / 1.055) ** 2.4)
    values = np.rint(linear * 65535).astype(">u2").tobytes()
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + values


def gamma_curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def display_p3():
    """Display P3: DCI-P3 primaries, D65 white (Bradford-adapted to D50), the sRGB curve."""
    curve = srgb_curve()
    return icc(
        b"RGB ",
        b"XYZ ",
        [
            (b"desc", description("Display P3 (made for a test)")),
            (b"wtpt", xyz(0.95045, 1.0, 1.08905)),
            (b"rXYZ", xyz(0.515102, 0.241182, -0.001050)),
            (b"gXYZ", xyz(0.291965, 0.692236, 0.041882)),
            (b"bXYZ", xyz(0.157153, 0.066582, 0.784378)),
            (b"rTRC", curve),
            (b"gTRC", curve),
            (b"bTRC", curve),
        ],
    )


def grey_gamma18():
    return icc(
        b"GRAY",
        b"XYZ ",
        [(b"desc", description("Grey 1.8")), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"kTRC", gamma_curve(1.8))],
    )


def cmyk_press():
    """A CMYK input profile: a lut16 table to Lab, 5 points a side, from a simple ink model."""
    points = 5
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, points)] * 4, indexing="ij"), -1).reshape(-1, 4)
    inks = np.array([[0.10, 0.55, 0.85], [0.80, 0.12, 0.45], [0.95, 0.88, 0.10], [0.08, 0.08, 0.08]])
    linear = np.ones((len(grid), 3)) * [0.92, 0.92, 0.90]
    for i in range(4):
        linear *= 1 - grid[:, i : i + 1] * (1 - inks[i])
    to_xyz = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
    ratio = (linear @ to_xyz.T) / [0.9642, 1, 0.8249]
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], -1)
    # Version 2 Lab in 16 bits: L* 0...100 to 0...0xFF00, a* and b* offset by 128.
    code = np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], -1)
    table = np.clip(np.rint(code), 0, 65535).astype(">u2").tobytes()
    lut = b"mft2\0\0\0\0" + bytes([4, 3, points, 0])
    lut += b"".join(s15(v) for v in np.eye(3).ravel()) + struct.pack(">HH", 2, 2)
    lut += struct.pack(">8H", *[0, 65535] * 4) + table + struct.pack(">6H", *[0, 65535] * 3)
    return icc(
        b"CMYK",
        b"Lab ",
        [(b"desc", description("Test press")), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"A2B0", lut)],
        kind=b"prtr",
    )
