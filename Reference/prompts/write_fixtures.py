"""Writes prompts.jsonl: 500 prompts in A1111's notation, their pieces, and their rows of tokens.

    python write_fixtures.py
"""

import json
import pathlib
import random

from transformers import CLIPTokenizer

import notation

HERE = pathlib.Path(__file__).resolve().parent
WORDS = ["portrait", "of a woman", "red hat", "studio light", "by the sea", "BREAK", "breakfast", "BREAKS", "a_BREAK", "é", "日本",
         "8k", "1.2", ",", ",", ", ", ".", " ", "  ", "\n", "masterpiece", "in the style of", "it's", "<x>", "😀"]  # fmt: skip
MARKS = ["(", ")", "[", "]", ":1.2)", ":0.5)", ":1.)", ":.5)", ":-1)", ":+2)", ":..)", ":1.2.3)", ":", "\\", "\\(", "\\)", "\\[", "\\]",
         "\\\\", "((", "))", ": 1.2)", ":x)"]  # fmt: skip


def prompt(chance):
    if chance.random() < 0.1:
        return "".join(chance.choice(WORDS + MARKS) for _ in range(chance.randrange(4)))
    share = chance.choice([0, 0.1, 0.4, 0.8])
    length = chance.choice([3, 8, 16, 70])
    return "".join(
        chance.choice(MARKS) if chance.random() < share else chance.choice(WORDS) + chance.choice(["", " ", " ", ", "])
        for _ in range(chance.randrange(1, length)))


def main():
    folder = HERE.parent / "tokenizer"
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    chance = random.Random(20261122)
    lines = []
    while len(lines) < 500:
        text = prompt(chance)
        parts = notation.parse(text)
        rows = notation.rows(parts, tokenizer)
        if sum(map(len, rows)) > 400:
            continue
        lines.append(json.dumps({
            "prompt": text,
            "parts": [[None if part is notation.BREAK else part, weight] for part, weight in parts],
            # Runs of one weight: the weight, then its tokens.
            "rows": [[[token for token, _ in row], [weight for _, weight in row]] for row in rows],
        }, ensure_ascii=False, separators=(",", ":")))
    (HERE / "prompts.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
