"""Variants of a row: some of its user turns are reworded, everything else stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl

from curate.augment.asking.answer import TEXT, Fault, schema_of, value_of
from curate.augment.asking.checks import Check, run_checks
from curate.augment.asking.fence import Fence
from curate.augment.rewriting.rewording import Rewording
from curate.augment.rewriting.shared import mark_shared
from curate.augment.step import FAULTED, MADE, Checked, Made
from curate.core.chat.reply import Reply

MESSAGE = schema_of(message=TEXT)
SEED_COLUMNS = ("row", "digest", "messages", "tools", "label", "rejected")
_CONTEXT_CHARS = 4_000  # of what came before a turn; the end of it is shown
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"))

Turn = dict[str, Any]


@dataclass
class Variant:
    """A row that may come of a seed."""

    seed: Mapping[str, Any]
    k: int
    made: dict[str, Any]
    turns: dict[int, Rewording] = field(default_factory=dict)  # by the turn's place in the chat

    @property
    def fault(self) -> Rewording | None:
        """Return the first turn that is no candidate."""
        return next((one for one in self.turns.values() if one.word is not None), None)

    def row(self, signature: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row of ``MADE``."""
        turns = [
            turn | {"text": self.turns[at].text} if at in self.turns else turn
            for at, turn in enumerate(self.seed["messages"])
        ]
        kept = {name: self.seed[name] for name in ("tools", "label", "rejected")}
        made = orjson.dumps({**self.made, "checks": signature}, option=orjson.OPT_SORT_KEYS).decode()
        return {"messages": turns, **kept, "parents": [self.seed["row"]], "root": None, "k": self.k, "made": made}


def seed_rows(seeds: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield what a step must know of each seed."""
    return seeds.select(SEED_COLUMNS).iter_rows(named=True)


def user_turns(messages: Sequence[Turn] | None, *, last_only: bool) -> list[int]:
    """Return the places of the user's turns that are plain text."""
    found = [
        at
        for at, turn in enumerate(messages or ())
        if turn["role"] == "user" and turn["parts"] is None and (turn["text"] or "").strip()
    ]
    return found[-1:] if last_only else found


def rewordings(messages: Sequence[Turn], places: Sequence[int]) -> dict[int, Rewording]:
    """Return what is to be reworded, each turn with its answer."""
    return {at: Rewording(messages[at]["text"], answer=_answer(messages[at + 1 :])) for at in places}


def _answer(later: Sequence[Turn]) -> str:
    turn = next((turn for turn in later if turn["role"] == "assistant"), None)
    if turn is None:
        return ""
    return turn["text"] or (turn["calls"] or b"").decode(errors="replace")


def before(messages: Sequence[Turn], at: int) -> str:
    """Return what came before a turn, as far as it is said in words; instructions are no part of it."""
    said = [f"{turn['role']}: {turn['text']}" for turn in messages[:at] if turn["text"] and turn["role"] != "system"]
    return "\n\n".join(said)[-_CONTEXT_CHARS:]


def hear(one: Rewording, reply: Reply, fence: Fence, *, structured: bool = False) -> None:
    """Take a reply as what a turn became, or its fault; a structured one has it as its ``message``."""
    if structured:
        value = value_of(reply, MESSAGE, fence)
        if isinstance(value, Fault):
            one.fail(*value)
            return
        text = value["message"]
    elif reply.fault is not None:
        one.fail(reply.fault.kind, reply.fault.detail)
        return
    else:
        text = reply.text or ""
    if fence.broken_by(text):
        one.fail("repeats_prompt")
    elif not (told := unquoted(fence.restored(text).strip(), one.source)):
        one.fail("empty")  # a call of a tool, say
    else:
        one.text = told


def unquoted(text: str, source: str) -> str:
    """Return a text without the quotation marks around it, unless its source stands in such marks too."""
    for left, right in _QUOTES:
        inner = text[1:-1]
        if text.startswith(left) and text.endswith(right) and left not in inner and right not in inner:
            return text if source.startswith(left) else inner.strip()
    return text


def settled(variants: Sequence[Variant], checks: dict[str, Check], faults: Sequence[tuple[int, int, str, str]]) -> Made:
    """Return the rows that pass, and the faults of the others, in the order of the seeds, then of K."""
    mark_shared(variants)
    passed: dict[str, Checked] = run_checks(checks, [list(variant.turns.values()) for variant in variants])
    signature = {name: check.signature() for name, check in checks.items()}
    rows, failed = [], list(faults)
    for variant in variants:
        if (fault := variant.fault) is None:
            rows.append(variant.row(signature))
        else:
            failed.append((variant.seed["row"], variant.k, fault.word or "", fault.detail))
    failed.sort(key=lambda fault: fault[:2])
    return Made(
        pl.DataFrame(rows, schema=MADE, orient="row"), pl.DataFrame(failed, schema=FAULTED, orient="row"), passed
    )
