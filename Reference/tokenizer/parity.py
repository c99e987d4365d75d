"""Compares Likeness's CLIP tokenizer with that of transformers.

    python parity.py ORACLE... [--texts 20000] [--seed 3]

ORACLE is the command that answers frames: `likeness oracle`. Needs transformers and tokenizers
(written with 5.23.0 and 0.23.3) and the vocabulary that write_fixtures.py left beside this script.
Exits with 1 if any token differs.
"""

import argparse
import logging
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import unicodedata

import numpy
from transformers import CLIPTokenizer

from write_fixtures import LETTERS, MARKS, settle, text

logging.disable(logging.WARNING)


def ask(oracle, mode, folder, blobs):
    stream = b"".join(struct.pack("<Q", len(b)) + b for b in blobs)
    answer = subprocess.run(oracle + [mode, folder], input=stream, stdout=subprocess.PIPE, check=True).stdout
    position, result = 0, []
    while position < len(answer):
        (size,) = struct.unpack_from("<Q", answer, position)
        result.append(answer[position + 8 : position + 8 + size])
        position += 8 + size
    return result


def compare(oracle, name, folder, reference, texts, detokenize=False):
    ours = [numpy.frombuffer(a, "<i4").tolist() for a in ask(oracle, "tokenizer", folder, [t.encode() for t in texts])]
    theirs = reference(texts)["input_ids"]
    wrong = [(t, o, r) for t, o, r in zip(texts, ours, theirs) if o != r]
    print(f"{name}: {len(texts)} texts, {sum(map(len, theirs))} tokens, {len(wrong)} texts differ")
    for t, o, r in wrong[:3]:
        print("  ", ascii(t)[:300], o[:40], r[:40])
    ok = not wrong and len(ours) == len(texts)
    if detokenize:
        rng = random.Random(5)
        theirs = [rng.sample(ids, len(ids)) if rng.random() < 0.3 else ids for ids in theirs]
        spelled = [reference.decode(ids) for ids in theirs]
        ours = [a.decode() for a in ask(oracle, "detokenizer", folder, [numpy.array(i, "<i4").tobytes() for i in theirs])]
        bad = [(o, s) for o, s in zip(ours, spelled) if o != s]
        print(f"{name}, decoded: {len(spelled)} lists of tokens, {len(bad)} differ")
        for o, s in bad[:5]:
            print("  ", ascii(o)[:200], ascii(s)[:200])
        ok = ok and not bad and len(ours) == len(spelled)
    return ok


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oracle", nargs="+")
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = [text(rng) for _ in range(options.texts)]
    points = [chr(p) for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF]
    # Alone, between letters, before and after marks of the lowest and highest combining classes.
    around = [f"a{p}b" for p in points]
    # All that may join or be reordered: marks, what falls apart, what Python's Unicode lacks; some of the rest.
    some = [p for p in points if unicodedata.category(p)[0] == "M" or unicodedata.decomposition(p) or ord(p) % 32 == 0
            or 0x2FA20 > ord(p) and unicodedata.category(p) == "Cn"]
    composed = [f"{p}\u0301\u0323" for p in some] + [f"x\u0345{p}\u0334y" for p in some]
    letters = "".join(LETTERS)
    pairs = [a + b for a in letters for b in MARKS[::3] + letters[::60]]
    long = ["a" * 100_000, "".join(rng.choice("abc") for _ in range(1_000_000)), "e" + "\u0301\u0323" * 200_000, "!" * 1_000_000]
    results = []
    with tempfile.TemporaryDirectory() as root:
        for kind in ("first", "second", "decoder", "bare"):
            folder = settle(kind, os.path.join(root, kind))
            reference = CLIPTokenizer.from_pretrained(folder)
            some = texts + ["<some style> a<SOME STYLE>", "<Some  Style>!"]
            results.append(compare(options.oracle, kind, folder, reference, some, detokenize=True))
            saved = os.path.join(root, kind + "-saved")
            reference.save_pretrained(saved)
            again = CLIPTokenizer.from_pretrained(saved)
            results.append(compare(options.oracle, kind + ", tokenizer.json", saved, again, some[:5000]))
            os.remove(os.path.join(saved, "tokenizer_config.json"))
            if kind == "first":
                again = CLIPTokenizer.from_pretrained(saved)
                results.append(compare(options.oracle, "tokenizer.json alone", saved, again, some[:2000]))
                results.append(compare(options.oracle, "single code points", folder, reference, points))
                results.append(compare(options.oracle, "code points between letters", folder, reference, around))
                results.append(compare(options.oracle, "code points and marks", folder, reference, composed))
                results.append(compare(options.oracle, "pairs", folder, reference, pairs))
                begin = time.monotonic()
                ask(options.oracle, "tokenizer", folder, [t.encode() for t in long])
                print(f"words of up to 1,000,000 characters: {time.monotonic() - begin:.2f} s for {len(long)}")
                results.append(compare(options.oracle, "long words", folder, reference, long))
    sys.exit(0 if results and all(results) else 1)


if __name__ == "__main__":
    main()
