"""The answers to one prompt, in camps that say the same, and which camps exclude each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from curate.contradictions.differ import Differ, Difference, compare, likeness
from curate.contradictions.objects import read

LEADERS = 4  # camps that every answer is compared with
MANY = 20  # answers to one prompt, from which it asks for any of many
Policy = Literal["warn", "drop_all", "keep_majority", "keep_longest"]


@dataclass(frozen=True)
class Answer:
    """An answer to a prompt, and how many rows give it; ``order`` is of its content alone.

    One that is ``spared`` stays, whatever the policy.
    """

    text: str
    calls: bytes | None
    is_label: bool
    rows: int
    order: int
    spared: bool = False

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Return what places it among the answers to its prompt."""
        return not self.spared, -self.rows, self.order


@dataclass
class Camp:
    """Answers that say the same, in this wording or that; the first speaks for all."""

    answers: list[int]
    rows: int
    spared: bool = False  # one of the answers is
    word: Differ = Differ.SAME  # the worst that it is to another camp
    against: int = 0  # that camp
    words: str = ""  # in which they differ
    alike: float = 1.0
    drops: bool = False
    kept_for: int | None = None  # the camp that stays where this one goes
    differs: dict[int, Differ] = field(default_factory=dict)  # how, from which other camps

    @property
    def enemies(self) -> set[int]:
        """Return the camps that exclude it."""
        return {number for number, kind in self.differs.items() if kind is Differ.TURNED}


@dataclass(frozen=True)
class Verdict:
    """What became of one answer: ``against`` is the answer that it is held against."""

    word: Differ
    drops: bool
    against: int
    words: str
    alike: float
    rows: int  # that say as it does
    of: int


@dataclass
class Group:
    """A prompt with its answers."""

    prompt: str
    answers: Sequence[Answer]
    threshold: float
    camps: list[Camp] = field(default_factory=list)

    def judged(self, policy: Policy, dropping: frozenset[Differ]) -> list[Verdict]:
        """Return a verdict on each answer; camps in ``dropping`` go as the policy has it.

        The camp of most rows is the first, after those that are spared, and of equal ones that whose content comes
        first: row order has no say.
        """
        self._gather()
        if policy != "warn":
            self._apply(policy, dropping)
        total = sum(answer.rows for answer in self.answers)
        verdicts: dict[int, Verdict] = {}
        for camp in self.camps:
            other = camp.against if camp.kept_for is None else camp.kept_for
            speaker = self.camps[other].answers[0]
            for answer in camp.answers:
                alike = (
                    camp.alike if answer == camp.answers[0] and camp.kept_for is None else self._alike(answer, speaker)
                )
                verdicts[answer] = Verdict(camp.word, camp.drops, speaker, camp.words, alike, camp.rows, total)
        return [verdicts[at] for at in range(len(self.answers))]

    def _alike(self, one: int, other: int) -> float:
        return likeness(self.answers[one].text, self.answers[other].text)

    def _gather(self) -> None:
        open_ended = len(self.answers) > MANY
        order = sorted(range(len(self.answers)), key=lambda at: self.answers[at].rank)
        for at in order:
            found: list[tuple[int, Difference]] = []
            for number, camp in enumerate(self.camps[:LEADERS]):
                difference = difference_of(
                    self.prompt, self.answers[camp.answers[0]], self.answers[at], self.threshold, open_ended=open_ended
                )
                if difference.kind is Differ.SAME:
                    camp.answers.append(at)
                    camp.rows += self.answers[at].rows
                    break
                found.append((number, difference))
            else:
                self.camps.append(Camp([at], self.answers[at].rows, self.answers[at].spared))
                for number, difference in found:
                    self._note(len(self.camps) - 1, number, difference, flipped=True)
                    self._note(number, len(self.camps) - 1, difference, flipped=False)

    def _note(self, camp: int, other: int, difference: Difference, *, flipped: bool) -> None:
        own = self.camps[camp]
        own.differs[other] = difference.kind
        if difference.kind <= own.word:
            return
        own.word, own.against = difference.kind, other
        own.words = " / ".join(reversed(difference.words.split(" / "))) if flipped else difference.words
        own.alike = self._alike(own.answers[0], self.camps[other].answers[0])

    def _apply(self, policy: Policy, dropping: frozenset[Differ]) -> None:
        """Let camps go: all that are at odds, or all but one of them and its allies."""
        at_odds = self._yielding([n for n, camp in enumerate(self.camps) if camp.word in dropping], dropping)
        stay = self._staying(policy, at_odds) if at_odds else []
        if policy != "drop_all" and not stay:
            return  # as many rows on each side: nothing says which is right
        for number in at_odds:
            camp = self.camps[number]
            if number in stay:
                camp.word = Differ.SAME
            else:
                camp.drops, camp.kept_for = True, stay[0] if stay else None

    def _yielding(self, at_odds: list[int], dropping: frozenset[Differ]) -> list[int]:
        """Let camps go that are at odds with a spared one; return those that are at odds without them."""
        spared = [number for number in at_odds if self.camps[number].spared]
        for camp in (self.camps[number] for number in at_odds if number not in spared):
            camp.kept_for = next((number for number in spared if camp.differs.get(number) in dropping), None)
            camp.drops = camp.kept_for is not None
        left = [number for number in at_odds if not self.camps[number].drops]
        still = [n for n in left if any(self.camps[n].differs.get(other) in dropping for other in left)]
        for number in left:
            if number not in still:
                self.camps[number].word = Differ.SAME
        return still

    def _staying(self, policy: Policy, at_odds: list[int]) -> list[int]:
        """Return the camps that stay, the one that decided it first."""
        if policy == "drop_all":
            return []
        enemies = {number: frozenset(self.camps[number].enemies) for number in at_odds}
        allied = self._allied(enemies)
        if policy == "keep_majority":
            rows = {own: sum(self.camps[one].rows for one in camps) for own, camps in allied.items()}
            largest = max(rows.values())
            most = [number for number in at_odds if rows[enemies[number]] == largest]
            first, agree = most[0], set(most) <= set(allied[enemies[most[0]]])
            if not agree:
                return []
        else:
            lengths = {n: max(len(self.answers[at].text) for at in self.camps[n].answers) for n in at_odds}
            first = max(at_odds, key=lambda n: (lengths[n], -self.answers[self.camps[n].answers[0]].order))
        return [first, *(number for number in allied[enemies[first]] if number != first)]

    @staticmethod
    def _allied(enemies: Mapping[int, frozenset[int]]) -> dict[frozenset[int], list[int]]:
        """Return by their enemies the camps that say the same: they exclude a third one, and not each other.

        Few are compared with all, so that of many camps most have the same enemies.
        """
        each = set(enemies.values())
        return {own: [n for n, other in enemies.items() if n not in own and own & other] for own in each}


def difference_of(prompt: str, one: Answer, other: Answer, threshold: float, *, open_ended: bool) -> Difference:
    """Return the difference of two answers: labels and calls by equality, texts by what they say."""
    if one.is_label and other.is_label:
        return Difference(Differ.TURNED, 1.0, f"{one.text} / {other.text}")
    if one.calls is not None and other.calls is not None:
        return _calls(one.calls, other.calls)
    return compare(prompt, one.text, other.text, threshold, open_ended=open_ended)


def _calls(one: bytes, other: bytes) -> Difference:
    """Return how two lists of tool calls differ: in a tool, in an argument, or in nothing that counts."""
    left, right = _called(one), _called(other)
    if left == right:
        return Difference(Differ.SAME, 0.0)
    names = [", ".join(name for name, _ in side) for side in (left, right)]
    if names[0] != names[1]:
        return Difference(Differ.TURNED, 1.0, f"{names[0]} / {names[1]}")
    odd = next((a[1], b[1]) for a, b in zip(left, right, strict=True) if a != b)
    return Difference(Differ.TURNED, 1.0, f"{odd[0][:60]} / {odd[1][:60]}")


def _called(calls: bytes) -> list[tuple[str, str]]:
    """Return (name, arguments) of each call, the arguments with sorted keys."""
    found: Any = read(calls)
    told = []
    for call in found if isinstance(found, list) else [found]:
        made = call.get("function", call) if isinstance(call, dict) else {}
        arguments = made.get("arguments") if isinstance(made, dict) else call
        with suppress(ValueError, RecursionError):
            arguments = read(arguments) if isinstance(arguments, str) else arguments
        told.append((str(made.get("name", "")), json.dumps(arguments, sort_keys=True, ensure_ascii=False)))
    return told
