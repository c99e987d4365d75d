"""Writes keys/: names and shapes of the published face networks' tensors, as the references build them.

No weights: every network is built on PyTorch's meta device. The form is Reference/diffusion/write_keys.py's:
each line adds its words to the path of the line above that is indented less, and numbers at its end are a
tensor's shape. `num_batches_tracked` is left out.

    python Reference/faces/write_keys.py [--compare FOLDER]

--compare: also checks each list against FOLDER/NAME.txt, if there, lines of `name<TAB>[shape]...`.
"""

import json
import pathlib

import torch

import references


def networks(options):
    arcface, retinaface = references.ArcFace(options.insightface), references.RetinaFace(options.retinaface)
    yield "iresnet50", arcface.iresnet.iresnet50()
    yield "iresnet100", arcface.iresnet.iresnet100()
    yield "mobilefacenet", arcface.mobilefacenet.get_mbf(False, 512)
    yield "retinaface_mnet025", retinaface.build(retinaface.mnet)
    yield "retinaface_r50", retinaface.build(retinaface.r50)


def tree(shapes):
    """Lines of the tree; a chain without branches is one line."""
    root = {}
    for key, shape in shapes.items():
        node = root
        for word in key.split("."):
            node = node.setdefault(word, {})
        node[None] = shape

    def lines(node, depth):
        for word, child in node.items():
            if word is None:
                continue
            while len(child) == 1 and None not in child:
                ((next_word, child),) = child.items()
                word += "." + next_word
            shape = child.get(None)
            yield " " * depth + word + ("" if shape is None else " " + " ".join(map(str, shape)))
            yield from lines(child, depth + 1)

    return "\n".join(lines(root, 0)) + "\n"


def read(path):
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return {row[0]: tuple(json.loads(row[1])) for row in rows if not row[0].endswith("num_batches_tracked")}


def main():
    options = references.arguments(__doc__, (["--compare"], {"type": pathlib.Path}))
    folder = pathlib.Path(__file__).parent / "keys"
    folder.mkdir(exist_ok=True)
    with torch.device("meta"):
        for name, model in networks(options):
            shapes = {key: tuple(value.shape) for key, value in references.state(model).items()}
            text = tree(shapes)
            (folder / f"{name}.txt").write_text(text)
            other = options.compare and options.compare / f"{name}.txt"
            verdict = "" if not other or not other.exists() else "equal" if read(other) == shapes else "DIFFERENT"
            count = sum(p.numel() for p in model.parameters())
            print(f"{name:20} {len(shapes):4} tensors {count:10} parameters {len(text):6} bytes {verdict}")


if __name__ == "__main__":
    main()
