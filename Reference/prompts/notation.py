"""The prompt notation of A1111's web UI, written out: pieces with weights, and rows of 75 tokens.

One thing differs from the web UI on purpose: BREAK within brackets is a break, too; there it becomes the word "break".
"""

import re

NOTATION = re.compile(r"\\[()\[\]\\]|\\|\(|\[|:([+-]?[.\d]+)\)|\)|\]|[^\\()\[\]:]+|:")
BREAK = object()


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def parse(prompt):
    """Pairs of text (or BREAK) and weight."""
    found, round_from, square_from = [], [], []

    def weigh(start, factor):
        for pair in found[start:]:
            pair[1] *= factor

    position = 0
    while match := NOTATION.match(prompt, position):
        word, weight = match[0], number(match[1])
        if match[1] is not None and weight is None:
            word = ":"  # no number: only the colon
        position += len(word)
        if word[0] == "\\":
            found.append([word[1:], 1.0])
        elif word == "(":
            round_from.append(len(found))
        elif word == "[":
            square_from.append(len(found))
        elif weight is not None and round_from:
            weigh(round_from.pop(), weight)
        elif word == ")" and round_from:
            weigh(round_from.pop(), 1.1)
        elif word == "]" and square_from:
            weigh(square_from.pop(), 1 / 1.1)
        else:
            for index, part in enumerate(re.split(r"\s*\bBREAK\b\s*", word)):
                found += ([[BREAK, 1.0]] if index else []) + [[part, 1.0]]
    for start in round_from:
        weigh(start, 1.1)
    for start in square_from:
        weigh(start, 1 / 1.1)
    merged = []
    for text, weight in found or [["", 1.0]]:
        if merged and BREAK not in (text, merged[-1][0]) and merged[-1][1] == weight:
            merged[-1][0] += text
        else:
            merged.append([text, weight])
    return merged


def rows(parts, tokenizer, most=75, look_back=20):
    """Rows of tokens and weights, without start, end and padding."""
    comma = tokenizer.get_vocab().get(",</w>")
    done, row, last = [], [], None
    for text, weight in parts:
        if text is BREAK:
            done, row, last = done + [row], [], None
            continue
        for token in tokenizer(text, truncation=False, add_special_tokens=False)["input_ids"]:
            if token == comma:
                last = len(row)
            elif len(row) == most and last is not None and len(row) - last <= look_back:
                done, row, last = done + [row[: last + 1]], row[last + 1 :], None
            if len(row) == most:
                done, row, last = done + [row], [], None
            row = row + [(token, weight)]
    return done + [row] if row or not done else done
