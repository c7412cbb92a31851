"""Rows with near copies planted among them: the corpora of the near-duplicate benchmarks.

``python -m benchmarks.corpora.planted OUT.jsonl --records N [--files FILES...]`` writes rows like
``{"id": "17", "text": "..."}``, in a drawn order, the same for the same seed. Three in ten are copies of another row:
exact, in another format (case, white space, punctuation), or with words dropped, replaced, inserted or swapped at a
rate between 0.3% and 8%. Without files the texts are synthetic, about 1.1 KB each, and one row in twenty belongs to a
group that shares a template; with files they are the texts of their rows.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpora.synthetic import Writer

RATES = (0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08)  # share of words that an edited copy changes
MEAN = 1100  # characters of a synthetic row
COPIES, TEMPLATED = 0.30, 0.05  # shares of the rows
EXACT, REFORMATTED = 0.10, 0.15  # shares of the copies; the others are edited
PLAIN = 0.9  # share of the texts that are pure ASCII, as in English sets
GROUP = 40  # rows that share a template
_BARE = str.maketrans("éüÉÜ", "euEU")


def edited(text: str, rate: float, draw: random.Random, words: Sequence[str]) -> str:
    """Return the text with about this share of its words dropped, replaced, followed by another, or swapped."""
    out: list[str] = []
    for word in text.split(" "):
        if draw.random() >= rate:
            out.append(word)
            continue
        match draw.randrange(4):
            case 0:
                pass
            case 1:
                out.append(draw.choice(words))
            case 2:
                out += [word, draw.choice(words)]
            case _:
                out.insert(max(0, len(out) - 1), word)
    return " ".join(out)


def reformatted(text: str, draw: random.Random) -> str:
    """Return the text in another format, its words unchanged but for their case."""
    forms: tuple[Callable[[str], str], ...] = (
        str.upper,
        lambda old: old.replace("\n", " "),
        lambda old: old.replace(". ", ".\n\n"),
        lambda old: old.replace(" ", "  "),
        lambda old: old.replace(", ", "; ").replace(". ", "! "),
    )
    return draw.choice(forms)(text)


def copy_of(text: str, draw: random.Random, words: Sequence[str]) -> str:
    """Return a copy of the text: exact, reformatted or edited."""
    kind = draw.random()
    if kind < EXACT:
        return text
    if kind < EXACT + REFORMATTED:
        return reformatted(text, draw)
    return edited(text, draw.choice(RATES), draw, words)


def with_copies(texts: list[str], copies: int, draw: random.Random) -> list[str]:
    """Return the texts and so many copies of drawn ones, shuffled."""
    words = sorted({word for text in texts[:200] for word in text.split()})
    everything = texts + [copy_of(draw.choice(texts), draw, words) for _ in range(copies)]
    draw.shuffle(everything)
    return everything


def plain(text: str, draw: random.Random) -> str:
    """Return the text, as a rule without its accents."""
    return text.translate(_BARE) if draw.random() < PLAIN else text


def synthetic(records: int, seed: int) -> list[str]:
    """Return synthetic texts, near copies and templated groups among them."""
    writer = Writer(seed)
    copies, templated = int(records * COPIES), int(records * TEMPLATED)
    rows = records - copies - templated
    texts = [plain(writer.text(writer.length(MEAN)), writer.draw) for _ in range(rows)]
    for start in range(0, templated, GROUP):
        opening, close = writer.text(500).translate(_BARE), writer.text(200).translate(_BARE)
        own = (writer.text(writer.draw.choice((20, 60, 150))) for _ in range(min(GROUP, templated - start)))
        texts += [f"{opening}\n\n{text}\n\n{close}" for text in own]
    return with_copies(texts, copies, writer.draw)


def from_files(files: Sequence[Path], records: int, seed: int) -> list[str]:
    """Return texts of drawn rows of JSON Lines, and near copies of some: so many in all, or as many as there are."""
    draw = random.Random(seed)
    texts = [text for file in files for text in texts_of(file)]
    draw.shuffle(texts)
    bases = texts[: records - int(records * COPIES)]
    return with_copies(bases, int(len(bases) * COPIES / (1 - COPIES)), draw)


def pairs(count: int, seed: int) -> list[str]:
    """Return so many synthetic texts and one edited copy of each, shuffled: all similarities between 0.5 and 1."""
    writer = Writer(seed)
    texts = [plain(writer.text(writer.length(MEAN)), writer.draw) for _ in range(count)]
    words = sorted({word for text in texts[:200] for word in text.split()})
    rates = [RATES[-1] * ((at + 1) / count) ** 1.5 for at in range(count)]
    everything = texts + [edited(text, rate, writer.draw, words) for text, rate in zip(texts, rates, strict=True)]
    writer.draw.shuffle(everything)
    return everything


def texts_of(file: Path) -> Iterator[str]:
    """Yield the text of each row: its ``text``, else what its messages say, else all its strings but the id."""
    with file.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield text_of(json.loads(line))


def text_of(row: dict[str, Any]) -> str:
    """Return the text of a row."""
    if isinstance(row.get("text"), str):
        return str(row["text"])
    turns = row.get("messages") or row.get("conversations")
    if isinstance(turns, list):
        return "\n".join(str(turn.get("content") or turn.get("value") or "") for turn in turns)
    return "\n".join(value for name, value in row.items() if name != "id" and isinstance(value, str))


def write_rows(path: Path, texts: Sequence[str]) -> Path:
    """Write one row a text; its id is its position."""
    with path.open("w", encoding="utf-8") as stream:
        for position, text in enumerate(texts):
            stream.write(json.dumps({"id": str(position), "text": text}, ensure_ascii=False) + "\n")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpora.planted", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--files", nargs="*", type=Path, default=[], help="JSON Lines to take texts from")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    texts = from_files(asked.files, asked.records, asked.seed) if asked.files else synthetic(asked.records, asked.seed)
    write_rows(asked.out, texts)


if __name__ == "__main__":
    main()
