"""Trains a small CLIP-style vocabulary on generated text and writes what the reference makes of it.

    python write_fixtures.py

Writes vocab.json, merges.txt and texts.safetensors beside itself. Written with transformers 5.23.0,
tokenizers 0.23.3. All text is generated here, from ranges of code points.
"""

import json
import os
import random
import shutil
import tempfile
from collections import Counter, defaultdict

import numpy
import tokenizers
import transformers
from safetensors.numpy import save_file
from transformers import CLIPTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
START, END = "<|startoftext|>", "<|endoftext|>"

LETTERS = [
    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœŁłŠš",
    "ÀÉÎÕÜŸİıſẞǅǈ", *("".join(map(chr, range(*r))) for r in [
        (0x391, 0x3A2), (0x3A3, 0x3CF), (0x410, 0x450), (0x531, 0x557), (0x5D0, 0x5EB), (0x621, 0x64B),
        (0x905, 0x93A), (0xE01, 0xE2F), (0x10A0, 0x10C6), (0x13A0, 0x13F0), (0x1E00, 0x1F00), (0x1F00, 0x1F16),
        (0x1100, 0x1113), (0x1161, 0x1176), (0x11A8, 0x11C3), (0x3041, 0x3097), (0x30A1, 0x30FB),
        (0x4E00, 0x4E80), (0xAC00, 0xAC80), (0xF900, 0xF960), (0xFF21, 0xFF3B), (0x10400, 0x10428), (0x1D400, 0x1D434)]),
]  # fmt: skip
MARKS = "".join(map(chr, [*range(0x300, 0x370), *range(0x5B0, 0x5BE), *range(0x64B, 0x656), 0x93C, 0x94D, 0x9BE, 0x9D7, 0xBBE,
    0xBD7, 0xCC2, 0xCD5, 0xD3E, 0xDCA, 0xDCF, 0xF71, 0xF72, 0xF73, 0xF74, 0xF80, 0x102E, 0x1B35, 0x3099, 0x309A, 0x1DF6,
    0x1AC1, 0x20D0, 0x20E3, 0xFE00, 0xFE0F, 0x110BA, 0x11127, 0x1D165, 0x1D16D, 0x1E2EC]))  # fmt: skip
DIGITS = "0123456789٠١٢३४๕¼½²Ⅷⅷ①㊿〇𝟘𞣇"
OTHERS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡§©«¬®°±·»¿×÷‐–—‘’“”…‹›€™→∀∞≠≤♥★、。「」﷼￥"
SPACES = " \t\n\v\f\r\x85\xa0\u1680\u2000\u2003\u2009\u2028\u2029\u202f\u205f\u3000"
CONTROLS = "".join(map(chr, [*range(0, 9), *range(14, 32), 127, 0x80, 0x9F, 0xAD, 0x200B, 0x200C, 0x200D, 0x200E,
    0x202A, 0x202E, 0x2060, 0x2066, 0xFEFF, 0xFFF9, 0xFFFD, 0xFFFE, 0xFFFF, 0xE000, 0xE0001, 0x10FFFF]))  # fmt: skip
EMOJI = ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷", "1️⃣", "❤️", "🧑🏿‍🚀", "✈️", "🫠", "🏴\U000e0067\U000e0062\U000e007f", "⏳"]
SPECIALS = [START, END, START.upper(), "<|EndOfText|>", "<|endoftext", "|>", "<|", "<|startoftext|><|endoftext|>", "</w>", "Ġ", "!"]
CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'RE", "'l", "'r", "'v", "''s", "’s", "'ſ"]
SYLLABLES = [c + v for c in "b c d f g h k l m n p r s t v th st tr ph".split() for v in "a e i o u ea ou".split()]


def word(rng):
    kind = rng.random()
    if kind < 0.45:
        text = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4))) + rng.choice(["", "", "n", "s", "ing", "ed"])
        return rng.choice([text, text, text.capitalize(), text.upper()])
    if kind < 0.75:
        letters = rng.choice(LETTERS)
        return "".join(rng.choice(letters) for _ in range(rng.randint(1, 8)))
    if kind < 0.82:
        letters = rng.choice(LETTERS)
        return "".join(rng.choice(letters) + "".join(rng.choice(MARKS) for _ in range(rng.choice([0, 1, 1, 2, 4]))) for _ in range(rng.randint(1, 5)))
    if kind < 0.88:
        return "".join(rng.choice(DIGITS) for _ in range(rng.randint(1, 4)))
    if kind < 0.94:
        return "".join(rng.choice(OTHERS) for _ in range(rng.randint(1, 4)))
    if kind < 0.96:
        return rng.choice(EMOJI)
    return word(rng) + rng.choice(CONTRACTIONS)


def scalar(rng):
    while True:
        point = rng.choice([rng.randrange(0x250), rng.randrange(0x3000), rng.randrange(0x20000), rng.randrange(0x110000)])
        if not 0xD800 <= point <= 0xDFFF:
            return chr(point)


def text(rng):
    """One hostile or plain text."""
    kind = rng.random()
    if kind < 0.01:
        return rng.choice(["", " ", "\n", "\0", "a" * rng.randint(50, 500), "'" * 40, rng.choice(MARKS) * 60])
    if kind < 0.35:
        return " ".join(word(rng) for _ in range(rng.randint(1, 16)))
    if kind < 0.45:
        return "".join(scalar(rng) for _ in range(rng.randint(1, 20)))
    parts = []
    for _ in range(rng.randint(1, 14)):
        pick = rng.random()
        if pick < 0.4:
            parts.append(word(rng))
        elif pick < 0.55:
            parts.append(rng.choice(SPACES) * rng.choice([1, 1, 2]))
        elif pick < 0.62:
            parts.append(rng.choice(SPECIALS))
        elif pick < 0.69:
            parts.append(rng.choice(CONTRACTIONS))
        elif pick < 0.76:
            parts.append(rng.choice(CONTROLS))
        elif pick < 0.83:
            parts.append(rng.choice(EMOJI))
        elif pick < 0.92:
            parts.append("".join(rng.choice(MARKS) for _ in range(rng.randint(1, 4))))
        else:
            parts.append(scalar(rng))
    return "".join(parts)


def byte_characters():
    """GPT-2's printable character for each byte, those that print first, as CLIP's file has them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + n) for n in range(len(rest))]


def learn(words, merges):
    """Byte-pair merges of counted words; ties go to the smaller pair, so that a run can be repeated."""
    words = [[list(symbols), count] for symbols, count in words.items()]
    counts, where = Counter(), defaultdict(set)
    for index, (symbols, count) in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            counts[pair] += count
            where[pair].add(index)
    learned = []
    while len(learned) < merges:
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        learned.append(best)
        for index in sorted(where.pop(best)):
            symbols, count = words[index]
            for pair in zip(symbols, symbols[1:]):
                counts[pair] -= count
            merged, position = [], 0
            while position < len(symbols):
                step = 2 if tuple(symbols[position : position + 2]) == best else 1
                merged.append("".join(symbols[position : position + step]))
                position += step
            words[index][0] = merged
            for pair in zip(merged, merged[1:]):
                counts[pair] += count
                where[pair].add(index)
        del counts[best]
    return learned


def train(folder, merges=2400):
    rng = random.Random(1)
    characters = byte_characters()
    order = [*range(33, 127), *range(161, 173), *range(174, 256)]
    order += [b for b in range(256) if b not in order]
    spelled = dict(zip(order, characters))
    words = Counter()
    for _ in range(20_000):
        # Lower case, since that is what the merges will see.
        symbols = [spelled[byte] for byte in word(rng).lower().encode()]
        words[tuple(symbols[:-1] + [symbols[-1] + "</w>"])] += 1
    pairs = learn(words, merges)
    vocabulary = {}
    for token in characters + [c + "</w>" for c in characters] + ["".join(p) for p in pairs] + [START, END]:
        vocabulary.setdefault(token, len(vocabulary))
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as file:
        json.dump(vocabulary, file, ensure_ascii=False, separators=(",", ":"))
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))


def added(content):
    return {"content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}


def settle(kind, folder):
    """Fills `folder` with a tokenizer as it is published: of SD1.5, of SDXL's second encoder, or bare."""
    os.makedirs(folder, exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(os.path.join(HERE, name), folder)
    if kind == "bare":
        return folder
    pad = "!" if kind == "second" else END
    roles = {"bos_token": added(START), "eos_token": added(END), "pad_token": pad, "unk_token": added(END)}
    typed = {k: {"__type": "AddedToken", **v} if isinstance(v, dict) else v for k, v in roles.items()}
    config = {"add_prefix_space": False, **typed, "do_lower_case": True, "errors": "replace", "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
    if kind == "decoder":
        config.update({"bos_token": START, "eos_token": END, "unk_token": END})
        ids = json.load(open(os.path.join(HERE, "vocab.json"), encoding="utf-8"))
        config["added_tokens_decoder"] = {str(ids[t]): {**added(t), "special": True} for t in (START, END)}
        config["added_tokens_decoder"][str(len(ids))] = {**added("<Some Style>"), "special": False}
    else:
        json.dump(roles, open(os.path.join(folder, "special_tokens_map.json"), "w"))
    json.dump(config, open(os.path.join(folder, "tokenizer_config.json"), "w"))
    return folder


def main():
    train(HERE)
    rng = random.Random(2)
    texts = [text(rng) for _ in range(2000)]
    blobs = [t.encode() for t in texts]
    tensors = {
        "texts": numpy.frombuffer(b"".join(blobs), numpy.uint8),
        "text_lengths": numpy.array([len(b) for b in blobs], numpy.int64),
    }
    with tempfile.TemporaryDirectory() as root:
        for kind in ("first", "second"):
            reference = CLIPTokenizer.from_pretrained(settle(kind, os.path.join(root, kind)))
            ids = reference(texts)["input_ids"]
            rows = reference(texts, padding="max_length", max_length=77, truncation=True)["input_ids"]
            tensors[f"{kind}.ids"] = numpy.array(sum(ids, []), numpy.int32)
            tensors[f"{kind}.lengths"] = numpy.array([len(i) for i in ids], numpy.int64)
            tensors[f"{kind}.rows"] = numpy.array(rows[:40], numpy.int64)
    path = os.path.join(HERE, "texts.safetensors")
    # One key, since several come in no particular order.
    save_file(tensors, path, {"versions": f"transformers {transformers.__version__}, tokenizers {tokenizers.__version__}"})
    os.chmod(path, 0o644)


if __name__ == "__main__":
    main()
