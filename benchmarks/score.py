"""How fast scores are: ROUGE beside rouge-score, JSON Schema beside jsonschema, and 100,000 rows by eight metrics.

``python -m benchmarks.score [FILE]`` compares on rows of a file of predictions with references, or on synthetic ones.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring.measure import THRESHER, print_table, run

ROUGE = ("rouge1", "rouge2", "rougeL", "rougeLsum")
EIGHT = ("exact_match:squad", "token_f1", *(f"{kind}:stem" for kind in ROUGE), "bleu", "json_valid")
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "seats": {"type": "integer", "minimum": 1, "maximum": 20},
        "day": {"enum": ["monday", "tuesday", "wednesday"]},
        "guests": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": {"age": {"type": "number"}}},
        },
    },
    "required": ["name", "seats"],
    "additionalProperties": False,
}


def predictions(rows: int, words: int) -> Iterator[dict[str, Any]]:
    """Yield rows whose prediction and reference share about half of their words."""
    draw = random.Random(7)
    stems = ["".join(draw.choices("bcdfghjklmnprstvwaeiou", k=draw.randint(2, 7))) for _ in range(5000)]
    vocabulary = [stem + draw.choice(["", "", "s", "ed", "ing", "ation", "ness"]) for stem in stems]
    for number in range(rows):
        reference = draw.choices(vocabulary, k=draw.randint(words // 2, words * 3 // 2))
        said = [word if draw.random() < 0.5 else draw.choice(vocabulary) for word in reference]
        yield {"id": str(number), "prediction": " ".join(said).capitalize() + ".", "reference": " ".join(reference)}


def objects(rows: int) -> list[str]:
    """Return JSON of which about a third breaks ``SCHEMA``."""
    draw = random.Random(7)
    return [
        json.dumps(
            {
                "name": f"guest {number}",
                "seats": draw.choice([2, 4, 8, 40, "four", 6]),
                "day": draw.choice(["monday", "tuesday"]),
                "guests": [{"name": "a", "age": draw.randint(1, 90)} for _ in range(draw.randint(0, 6))],
            }
        )
        for number in range(rows)
    ]


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[float, float, float]:
    """Return the median CPU seconds of both, each run in turn, and the median of their ratios."""
    used: list[tuple[float, float]] = []
    for _ in range(times):
        pair = []
        for work in (ours, theirs):
            started = time.process_time()
            work()
            pair.append(time.process_time() - started)
        used.append((pair[0], pair[1]))
    return (
        statistics.median(a for a, _ in used),
        statistics.median(b for _, b in used),
        statistics.median(b / a for a, b in used),
    )


def rouge(rows: list[dict[str, Any]], times: int) -> list[str]:
    """Return the line of the table: all four with stemming."""
    from rouge_score.rouge_scorer import RougeScorer

    from evalkit.metrics import make_metric
    from evalkit.predictions import Answer, to_frame
    from evalkit.score import measure

    frame = to_frame((Answer(r["id"], r["prediction"], [r["reference"]]) for r in rows), "rows")
    metrics = [make_metric(f"{kind}:stem") for kind in ROUGE]
    scorer = RougeScorer(list(ROUGE), use_stemmer=True)
    pairs = [(row["reference"], row["prediction"]) for row in rows]
    mine, others, ratio = in_turn(
        lambda: measure(frame, metrics), lambda: [scorer.score(*pair) for pair in pairs], times
    )
    words = statistics.mean(len(row["reference"].split()) for row in rows)
    return [
        f"ROUGE 1, 2, L, Lsum, stemmed, {words:.0f} words",
        f"{len(rows):,}",
        "rouge-score",
        *shown(mine, others, ratio),
    ]


def schema(rows: int, times: int, work: Path) -> list[str]:
    """Return the line of the table: one schema, parsing included on both sides."""
    from jsonschema import Draft202012Validator

    from evalkit.metrics import make_metric
    from evalkit.predictions import Answer, to_frame
    from evalkit.score import measure

    texts = objects(rows)
    frame = to_frame((Answer(str(place), text) for place, text in enumerate(texts)), "rows")
    (work / "schema.json").write_text(json.dumps(SCHEMA))
    metric = make_metric("json_schema", {"path": work / "schema.json"}).prepared(frame)
    checker = Draft202012Validator(SCHEMA)
    mine, others, ratio = in_turn(
        lambda: measure(frame, [metric]), lambda: [checker.is_valid(json.loads(text)) for text in texts], times
    )
    return ["JSON Schema", f"{rows:,}", "jsonschema", *shown(mine, others, ratio)]


def shown(mine: float, others: float, ratio: float) -> list[str]:
    return [f"{mine:.3f}", f"{others:.2f}", f"{ratio:.0f} x"]


def whole(rows: int, work: Path) -> list[str]:
    """Return the line of the table for the command itself, intervals and files included."""
    file = work / "predictions.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in predictions(rows, 25))
    used = run([*THRESHER, "score", str(file), "--metrics", ",".join(EIGHT), "--out", str(work / "out"), "--quiet"])
    size = file.stat().st_size / 1e6
    return [
        f"{rows:,}",
        f"{size:.0f}",
        f"{len(EIGHT)}",
        f"{used.cpu:.1f}",
        f"{used.wall:.1f}",
        f"{used.peak / 1e6:.0f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score", description=__doc__)
    parser.add_argument(
        "file", nargs="?", type=Path, help="JSON Lines with prediction and reference; synthetic if absent"
    )
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the whole run (100,000)")
    parser.add_argument("--pairs", type=int, default=1000, help="rows of each comparison (1,000)")
    parser.add_argument("--times", type=int, default=3, help="runs of each side (3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        one = whole(arguments.rows, work)  # first: a child's peak is never below its parent's memory
        checked = schema(10 * arguments.pairs, arguments.times, work)
    if arguments.file is not None:
        lines = arguments.file.read_text(encoding="utf-8").splitlines()[: arguments.pairs]
        sets = [[row | {"id": str(place)} for place, row in enumerate(map(json.loads, lines))]]
    else:
        sets = [list(predictions(arguments.pairs, words)) for words in (25, 100)]
    columns = ("what", "rows", "beside", "ours, CPU s", "theirs, CPU s", "speed")
    table = [rouge(rows, arguments.times) for rows in sets]
    print_table(columns, [*table, checked])
    print()
    print_table(("rows", "MB", "metrics", "CPU s", "wall s", "peak MB"), [one])


if __name__ == "__main__":
    main()
