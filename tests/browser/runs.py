"""Small runs of every kind of which a page is made, with hostile texts among their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import chat
from tests.reports.trained import preview, trained

Command = Callable[..., None]

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)><svg onload=alert(4)>",
    "<!-- <script> ]]> </textarea></style>",
    "' onmouseover=alert(5) \" autofocus onfocus=alert(6) `",
    "javascript:alert(7) {{7*7}} ${alert(8)}",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200bzero\u2028line\u2029end",
    "bell\x07 escape\x1b[31m",
    "日本語 \U0001f469\u200d\U0001f469\u200d\U0001f467 e\u0301 \u0645\u0631\u062d\u0628\u0627",
)
BROAD = ("東京都千代田区丸の内" * 8, "W" * 80, "MAGNA GRAECIA " * 9, "e\u0301\u0323" * 70)  # names of places


def lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def curation(work: Path, command: Command, out: str = "curated") -> list[Path]:
    rows: list[dict[str, Any]] = [chat(f"Why is it that {text}?", f"Because {text} is so.") for text in HOSTILE]
    rows += [chat(f"Say {text}", "") for text in HOSTILE[:3]]
    rows += [chat("Name a colour.", "Blue is a colour that many people like.")] * 3
    rows += [chat(f"What is {n} plus {n}?", f"The sum of {n} and {n} is {n + n}.") for n in range(20)]
    command("curate", lines(work / "rows.jsonl", rows), "--out", work / out, "--no-report", "-q")
    return [work / out]


def answers(work: Path, name: str, wrong: Callable[[int], bool]) -> Path:
    """Return scored predictions of one model: 120 questions in three languages, every seventh in JSON, some hostile."""
    rows = []
    for n in range(120):
        text = HOSTILE[n] if n < len(HOSTILE) else f"the sum is {n + n}"
        right = json.dumps({"sum": n + n, "of": [n, n]}) if n % 7 == 6 else text
        told = json.dumps({"sum": 0, "of": [n, n]}) if n % 7 == 6 else f"{text}, or {n} perhaps"
        rows.append(
            {
                "id": f"q{n}{HOSTILE[n] if n < len(HOSTILE) else ''}",
                "prompt": f"What is {n} plus {n}? {text}",
                "reference": right,
                "prediction": told if wrong(n) else right,
                "slices": {"language": ("de", "en", HOSTILE[0])[n % 3]},
                **({"fault": {"kind": "timeout", "message": HOSTILE[2]}} if n % 40 == 39 else {}),
            }
        )
    return lines(work / f"{name}.jsonl", rows)


def scored(
    work: Path, command: Command, name: str = "tuned", wrong: Callable[[int], bool] = lambda n: n % 5 == 0
) -> Path:
    metrics = "exact_match,token_f1,json_valid"
    command("score", answers(work, name, wrong), "--metrics", metrics, "--out", work / name)
    return work / name


def made(work: Path, command: Command) -> list[Path]:
    settings = work / "augment.toml"
    settings.write_text('[input]\nrun = "curated"\n[[steps]]\nuse = "noise"\nk = 1\ntypos = 0.1\n')
    curation(work, command)
    command("augment", settings, "--out", work / "more", "--no-report", "-q")
    return [work / "more"]


def labels(work: Path, command: Command) -> list[Path]:
    """Return a run of 25 labels that are often taken for the next, in slices whose names end apart."""
    rows = [
        {
            "id": f"t{n}",
            "prompt": f"What does customer {n} want?",
            "reference": f"a_label_with_a_rather_long_name_{n % 25}",
            "prediction": f"a_label_with_a_rather_long_name_{(n + (n % 4 == 0)) % 25}" if n % 11 else "I cannot tell.",
            "choices": ["yes", "no"],
            "gold": n % 2,
            "choice_logprobs": {"sums": [-0.1 * (n % 9), -0.1 * (n % 7)]},
            "slices": {"topic": f"whatever customers write to us about the matter {n % 3}", "place": BROAD[n % 4]},
            "usage": {"completion_tokens": n % 50, "seconds": n / 100, "cost": n / 1e5},
        }
        for n in range(400)
    ]
    metrics = "accuracy,f1:macro,choice,latency"
    command("score", lines(work / "labels.jsonl", rows), "--metrics", metrics, "--out", work / "labels")
    return [work / "labels"]


def scores(work: Path, command: Command) -> list[Path]:
    return [scored(work, command)]


def verdict(work: Path, command: Command) -> list[Path]:
    base, tuned = scored(work, command, "base", lambda n: n % 4 == 0), scored(work, command)
    limits = work / "gate.toml"
    limits.write_text(
        '[[limits]]\nmetric = "exact_match"\nmax_drop = 0.05\n[[limits]]\nmetric = "token_f1"\nmax_drop = 0.02\n'
    )
    command("gate", tuned, "--baseline", base, "--limits", limits, "--out", work / "gate")
    return [work / "gate"]


def comparison(work: Path, command: Command) -> list[Path]:
    return [scored(work, command, "base", lambda n: n % 4 == 0), scored(work, command)]


def training(work: Path, command: Command) -> list[Path]:
    return [trained(work, "adapter", preview=preview(HOSTILE[0], HOSTILE[6]))]


def everything(work: Path, command: Command) -> list[Path]:
    return [*verdict(work, command), work / "base", work / "tuned", *training(work, command), *curation(work, command)]


KINDS: dict[str, Callable[[Path, Command], list[Path]]] = {
    "curation": curation,
    "new rows": made,
    "scores": scores,
    "labels": labels,
    "verdict": verdict,
    "comparison": comparison,
    "training": training,
    "everything": everything,
}
