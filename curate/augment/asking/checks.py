"""Whether the answer still holds for a reworded question: by words, by distance, or by a judge, as is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from curate.augment.asking.closeness import Bounds, Closeness
from curate.augment.asking.constraints import Constraints
from curate.augment.asking.judge import Judge
from curate.augment.rewriting.rewording import Rewording
from curate.augment.step import Chat, Checked
from curate.core.chat.request import Request


class Check(Protocol):
    """Notes the fault of each rewording that fails."""

    def requests(self, rewordings: Sequence[Rewording]) -> Iterable[Request]:
        """Return what is asked about these."""
        ...

    def check(self, rewordings: Sequence[Rewording]) -> None:
        """Note the fault of each that fails."""
        ...

    def signature(self) -> Any:
        """Return what a row that passed says of the check, as JSON."""
        ...


class Checks(BaseModel):
    """What a rewording must pass, in this order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexical: bool = Field(default=True, description="Numbers, names, code and the like are kept word for word.")
    embedding: Bounds | None = Field(None, description="Bounds of similarity, by the endpoint of [embeddings].")
    judge: bool = Field(default=False, description="Ask [judge], or the model of [chat] where there is none.")
    judge_prompt: str | None = Field(None, description="A prompt file of your own in place of ours.")

    def make(self, constraints: Constraints, chat: Chat) -> dict[str, Check]:
        """Return the checks by name, ready to be made.

        Raises:
            ConfigError: one needs an endpoint or a prompt that is not there.
        """
        made: dict[str, Check] = {}
        if self.lexical:
            made["lexical"] = Lexical(constraints)
        if self.embedding is not None:
            made["embedding"] = Closeness(self.embedding, chat.embeddings)
        if self.judge:
            made["judge"] = Judge(self.judge_prompt, chat.judge or chat)
        return made


class Lexical:
    """Passes what kept the constraints, and has no number, URL or placeholder that is new."""

    def __init__(self, constraints: Constraints) -> None:
        self._constraints = constraints

    def requests(self, rewordings: Sequence[Rewording]) -> Iterable[Request]:
        """Return nothing: words are compared here."""
        return ()

    def check(self, rewordings: Sequence[Rewording]) -> None:
        """Note which constraint was lost, or came out of nowhere."""
        for one in rewordings:
            if lost := self._constraints.lost(one.source, one.text):
                one.fail("constraint_lost", ", ".join(f"{part.kind}: {part.text}" for part in lost))
            elif added := self._constraints.added(one.source, one.text):
                one.fail("constraint_added", ", ".join(f"{part.kind}: {part.text}" for part in added))

    def signature(self) -> Any:
        """Return what was compared."""
        return list(self._constraints.kinds)


def run_checks(checks: dict[str, Check], rows: Sequence[Sequence[Rewording]]) -> dict[str, Checked]:
    """Note the fault of each rewording that fails; return how many passed each check, of those that it could judge.

    ``rows`` has the turns of each row. A row goes no further once one of its turns failed: what comes of the others is
    of no use, and may cost. A turn that stayed as it was ("Thanks!") is no fault beside one that did not.
    """
    for turns in rows:
        if all(one.word is None and _same(one) for one in turns):
            for one in turns:
                one.fail("unchanged")
    passed = {}
    for name, check in checks.items():
        good = [turns for turns in rows if all(one.word is None for one in turns)]
        asked = [one for turns in good for one in turns if not _same(one)]
        check.check(asked)
        passed[name] = Checked(sum(one.word is None for one in asked), sum(one.word != "unchecked" for one in asked))
    return passed


def _same(one: Rewording) -> bool:
    return " ".join(one.source.casefold().split()) == " ".join(one.text.casefold().split())
