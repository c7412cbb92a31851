"""Two answers to one prompt, shown in both orders; two that are equal are a tie, and nobody is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from curate.core.chat.reply import Reply
from curate.core.chat.request import Request, chat_request
from curate.core.chat.settings import ChatSettings
from evalkit.judge.config import Rubric
from evalkit.judge.leaning import longer_wins, position, verbosity
from evalkit.judge.prompts import pairwise_messages, pairwise_schema
from evalkit.judge.reply import verdict
from evalkit.judge.row import Row
from evalkit.metrics.model.judge import Judgement

_STRAIGHT = {"A": "this", "B": "other", "tie": "tie"}
_SWAPPED = {"A": "other", "B": "this", "tie": "tie"}
_TIE = Judgement(0.5, None, {"verdict": "tie", "orders": None})
_SCORES = {"win": 1.0, "loss": 0.0, "tie": 0.5, "inconsistent": 0.5}


def pairwise_requests(chat: ChatSettings, rows: Sequence[Row], rubric: Rubric | None) -> list[Request]:
    """Return two requests for each row whose answers differ: this answer first, the other answer first."""
    return [
        chat_request(chat, pairwise_messages(row.prompt, row.references, *pair, rubric), schema=pairwise_schema())
        for row in rows
        if not row.is_equal
        for pair in ((row.answer, row.other or ""), (row.other or "", row.answer))
    ]


def pairwise_judgements(rows: Sequence[Row], replies: Sequence[Reply]) -> list[Judgement]:
    """Return what two replies each say of a row; of one with two equal answers nobody said anything."""
    pairs = zip(replies[::2], replies[1::2], strict=True)
    return [_TIE if row.is_equal else _judgement(*next(pairs)) for row in rows]


def _judgement(straight: Reply, swapped: Reply) -> Judgement:
    said = [verdict(reply, pairwise_schema()) for reply in (straight, swapped)]
    fault = next((why for _, why in said if why), None)
    if fault is not None:
        return Judgement(None, fault, {"verdict": None, "orders": None})
    first, second = (value for value, _ in said if value is not None)
    orders = (_STRAIGHT[first["better"]], _SWAPPED[second["better"]])
    word = {"this": "win", "other": "loss", "tie": "tie"}[orders[0]] if orders[0] == orders[1] else "inconsistent"
    record = {"verdict": word, "orders": list(orders)}
    return Judgement(_SCORES[word], None, record, (first["reasoning"], second["reasoning"]))


def pairwise_leaning(rows: Sequence[Row], judgements: Sequence[Judgement]) -> dict[str, Any]:
    """Return counts of verdicts, of rows whose answers are equal, and how the judge leans, of the others."""
    both = list(zip(rows, judgements, strict=True))
    told = [(row, one, one.score) for row, one in both if one.score is not None and not row.is_equal]
    equal = sum(row.is_equal for row in rows)
    words = Counter(one.record["verdict"] for _, one, _ in told)
    scores = [score for _, _, score in told]
    more = [float(len(row.answer) - len(row.other or "")) for row, _, _ in told]
    return {
        **{name: words[name] + (equal if name == "tie" else 0) for name in ("win", "loss", "tie", "inconsistent")},
        "equal": equal,
        "position": position([tuple(one.record["orders"]) for _, one, _ in told]),
        "verbosity": verbosity(scores, more) | longer_wins(scores, more),
    }
