"""One record to its faults. Clean records, nearly all, take a short way that a longer one would clear too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from curate.check.codes import CODES, DROPPING, TEACHES_NOTHING
from curate.check.profiles import PROFILES, Profile, check_fields, check_keys
from curate.check.rules.chats import chats
from curate.check.rules.content import check_content
from curate.check.rules.roles import check_roles, check_weights
from curate.check.rules.structure import STRUCTURE
from curate.check.rules.tools import check_tools
from curate.check.schemas import Rules
from curate.check.tokens import TokenCounter
from curate.core.read.fault import Fault
from curate.core.read.layouts import Layout, Message, Record
from curate.core.read.layouts.beside import verdict
from curate.core.read.layouts.unwritten import answers_unwritten

_SPECIAL = frozenset({"tools", "functions", "parallel_tool_calls"})
_CONTROL_ESCAPE = re.compile(rb"\\(?:u00|b|f)")
_FLAT = {
    "alpaca": ("instruction", "output"),
    "prompt_completion": ("prompt", "completion"),
    "input_output": ("input", "output"),
    "classification": ("text", "label"),
    "text": ("text",),
}
_FLAT_SPECIAL = frozenset({"input", "system", "history", "system_prompt"})


@dataclass
class Judge:
    """Says what is wrong with a record, by a profile and, if given, a schema of its answers.

    It remembers which orders of roles are fine and which schemas were compiled: give one judge many records.
    """

    profile: Profile = PROFILES["any"]
    answer_rules: Rules | None = None
    tokens: TokenCounter | None = None
    _fine_roles: dict[tuple[str, ...], bool] = field(default_factory=dict)

    @property
    def is_bare(self) -> bool:
        """Say whether it judges by the profile ``any`` alone, in which rows that a scanner clears have no fault."""
        return self.profile == PROFILES["any"] and self.answer_rules is None and self.tokens is None

    def faults(self, record: Record, layout: Layout, line: bytes) -> Sequence[Fault]:
        """Return the faults of a record that fits its layout; ``line`` is its bytes."""
        if self._plain(record, layout.name, line) and self.answer_rules is None and self.tokens is None:
            return ()
        return list(self._explain(record, layout))

    def _plain(self, record: Record, layout: str, line: bytes) -> bool:
        """Say whether a record is of the simplest kind of its layout, which has no fault; False says nothing."""
        if 0x7F in line or 0xC2 in line or (0x5C in line and _CONTROL_ESCAPE.search(line)):
            return False  # perhaps a control character; a number is found in bytes six times as fast as a byte
        if layout == "messages":
            return self._plain_chat(record)
        names = _FLAT.get(layout)
        if names is None or self.profile.layouts is not None:
            return False
        for name in names:
            text = record[name]
            if text.__class__ is not str or not text or text.isspace():
                return False
        return len(record) == len(names) or self._plain_rest(record, layout)

    def _plain_rest(self, record: Record, layout: str) -> bool:
        asked = record.get("input", "")
        if layout == "alpaca" and asked.__class__ is str:
            unsaid = all(record.get(name) in (None, "") for name in ("system", "system_prompt"))
            return unsaid and record.get("history") in (None, [])
        return layout in ("classification", "text") or _FLAT_SPECIAL.isdisjoint(record)

    def _plain_chat(self, record: Record) -> bool:
        if len(record) > 1 and not _SPECIAL.isdisjoint(record):
            return False
        messages = record["messages"]
        if messages.__class__ is not list:
            return False
        roles = []
        try:
            for message in messages:
                text = message["content"]
                if len(message) != 2 or text.__class__ is not str or not text or text.isspace():
                    return False
                roles.append(message["role"])
            order = tuple(roles)
            fine = self._fine_roles.get(order)
        except (KeyError, TypeError, IndexError):
            return False
        if fine is None:
            known = all(role in ("system", "user", "assistant") for role in order)
            fine = known and bool(order) and not list(check_roles(order))
            if known:  # words that are no roles may be as many as there are rows
                self._fine_roles[order] = fine
        return fine

    def _explain(self, record: Record, layout: Layout) -> Iterator[Fault]:
        structural = list(STRUCTURE[layout.name](record))
        yield from structural
        if structural:
            return
        yield from check_fields(self.profile, record, layout.name)
        found = (
            fault
            for holder, turns in chats(record, layout.name)
            for fault in (*check_keys(self.profile, turns), *check_tools(holder, turns))
        )
        yield from dict.fromkeys(found)  # the context of a pair is walked twice
        turns = [Message._make(turn) for turn in layout.read(record).messages]
        if layout.name != "text":
            yield from check_roles([turn.role for turn in turns])
        yield from check_weights(turns)
        bad = verdict(record, layout.name) is False
        yield from check_content(turns, bad=bad, unwritten=answers_unwritten(record, layout.name, trained=True))
        yield from self._answer(turns)
        if self.tokens is not None:
            yield from self.tokens.check(turns)

    def _answer(self, turns: Sequence[Message]) -> Iterator[Fault]:
        if self.answer_rules is None:
            return
        last = next((turn for turn in reversed(turns) if turn.role == "assistant"), None)
        if last is None or last.text is None or last.calls is not None:
            return  # a turn that calls a tool is not the answer yet
        try:
            value: Any = orjson.loads(last.text)
        except orjson.JSONDecodeError as error:
            yield Fault("answer_not_json", f"the answer is no JSON: {error}")
            return
        breach = self.answer_rules.breach(value)
        if breach is not None:
            yield Fault("answer_schema", f"the answer: {breach}")


def drops(slug: str) -> bool:
    """Say whether curation drops a row for this fault: a proof that it cannot be trained on as it is."""
    code = CODES[slug]
    return code.severity == "error" and code.code.startswith(DROPPING)


def goes(slug: str) -> bool:
    """Say whether a curation that was told no steps drops a row for this fault, be it by the check or by a step."""
    code = CODES[slug]
    return drops(slug) or (code.severity == "error" and code.code.startswith(TEACHES_NOTHING))
