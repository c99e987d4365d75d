"""Compares Likeness's CLIP tokenizer with open_clip's, with the published vocabulary that comes with open_clip.

    python open_clip_parity.py ORACLE... [--texts 10000] [--seed 4]

ORACLE is the command that answers frames: `likeness oracle`. The vocabulary is written to a temporary folder. Texts are such as
people write: words of many lengths, capitals, numbers, punctuation, accents, other scripts, emoji. open_clip repairs
broken encodings and HTML's entities first, which transformers does not; the texts have none, and any text that
transformers' tokenizer takes otherwise than open_clip's is counted apart. Exits with 1 if another text differs.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import pathlib
import random
import string
import sys
import tempfile

import numpy
from transformers import CLIPTokenizer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from parity import ask

# Its tokenizer alone: the package asks for torchvision.
folder = importlib.util.find_spec("open_clip").submodule_search_locations[0]
spec = importlib.util.spec_from_file_location("open_clip_tokenizer", pathlib.Path(folder) / "tokenizer.py")
tokenizer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tokenizer)

WORDS = """a an the of in on with by at and portrait photo photograph picture painting woman man girl boy child face person people
smiling laughing serious looking left right hair blond brown black red grey curly straight long short beard moustache glasses
sunglasses hat scarf earrings studio light soft hard rim golden hour backlit dramatic cinematic 35mm f/1.8 bokeh 8k uhd hdr highly
detailed intricate masterpiece best quality oil watercolour pencil charcoal style artstation trending sharp focus isn't don't they're
we've I'm he'd you'll rock'n'roll café naïve über señor façade Ångström straße работа портрет женщина 肖像 女性 人像 ポートレート 초상화 صورة
दर्शन 🙂 🎨 👩‍🦰 ❤️ ½ № € © ™ x² 3.14 1,000 50% #1 @home $5 a/b c++ snake_case kebab-case CamelCase ALLCAPS""".split()


def text(rng):
    words = []
    for _ in range(rng.randint(1, 30)):
        kind = rng.random()
        if kind < 0.75:
            word = rng.choice(WORDS)
        elif kind < 0.9:
            word = "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(1, 12)))
        else:
            word = "".join(rng.choice(string.ascii_letters + string.digits + "!?.,;:'-()[]{}*/+=_~^|") for _ in range(rng.randint(1, 8)))
        words.append(rng.choice([word, word.capitalize(), word.upper()]) if rng.random() < 0.2 else word)
        if rng.random() < 0.15:
            words[-1] += rng.choice([",", ".", "!", "?", ";", ":", "...", ")", "'s"])
    return rng.choice([" ", " ", " ", "  ", "\t", " \n"]).join(words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oracle", nargs="+")
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = [text(rng) for _ in range(options.texts)]
    theirs_by = tokenizer.SimpleTokenizer()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
        (folder / "vocab.json").write_text(json.dumps({names.get(k, k): v for k, v in theirs_by.encoder.items()}))
        merges = sorted(theirs_by.bpe_ranks.items(), key=lambda item: item[1])
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for (a, b), _ in merges))
        ours = [numpy.frombuffer(a, "<i4").tolist()[1:-1] for a in ask(options.oracle, "tokenizer", str(folder), [t.encode() for t in texts])]
        reference = [ids[1:-1] for ids in CLIPTokenizer.from_pretrained(folder)(texts)["input_ids"]]
    theirs = [theirs_by.encode(t) for t in texts]
    apart = [i for i in range(len(texts)) if theirs[i] != reference[i]]
    wrong = [i for i in range(len(texts)) if ours[i] != theirs[i] and i not in set(apart)]
    other = [i for i in range(len(texts)) if ours[i] != reference[i]]
    print(f"open_clip {importlib.metadata.version('open_clip_torch')}: {len(texts)} texts, {sum(map(len, theirs))} tokens, {len(wrong)} differ; "
          f"{len(apart)} where transformers and open_clip differ from each other; {len(other)} from transformers")  # fmt: skip
    for i in (wrong + other)[:3]:
        print("  ", ascii(texts[i])[:200], ours[i][:20], theirs[i][:20], reference[i][:20])
    for i in apart[:3]:
        print("   apart:", ascii(texts[i])[:160])
    sys.exit(1 if wrong or other else 0)


if __name__ == "__main__":
    main()
