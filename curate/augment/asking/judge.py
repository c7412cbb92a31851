"""Rewordings by a judge: a model says whether the answer holds for the second question too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from curate.augment.asking.answer import Fault, schema_of, value_of
from curate.augment.asking.template import Filled, Holes, load
from curate.augment.rewriting.rewording import Rewording
from curate.augment.step import Chat
from curate.core.chat.request import Request, chat_request
from curate.core.run.errors import ConfigError

_HOLES = Holes(data=("question", "answer", "candidate"), required=("question", "candidate"))
_HOLDS = schema_of(holds={"type": "boolean"})


class Judge:
    """Passes rewordings of which a model says that the answer holds."""

    def __init__(self, prompt: str | None, chat: Chat) -> None:
        """Raise ConfigError where there is no model to ask, or the prompt is none."""
        if chat.client is None:
            raise ConfigError("the check by a judge has no endpoint", hint="add a table [judge] or [chat]")
        self._chat = chat
        self._template = load("judge", _HOLES, prompt, chat.folder)
        cold = chat.settings.model_copy(update={"temperature": 0.0})  # a verdict is no matter of chance
        self._settings = cold if chat.settings.temperature is None else chat.settings

    def requests(self, rewordings: Sequence[Rewording]) -> Iterator[Request]:
        """Yield a question for each."""
        return (self._asked(self._filled(one)) for one in rewordings)

    def _filled(self, one: Rewording) -> Filled:
        return self._template.fill({"question": one.source, "answer": one.answer, "candidate": one.text})

    def _asked(self, filled: Filled) -> Request:
        return chat_request(self._settings, filled.messages, schema=_HOLDS)

    def check(self, rewordings: Sequence[Rewording]) -> None:
        """Note those of which the judge says no, or nothing that can be understood."""
        filled = [self._filled(one) for one in rewordings]
        replies = self._chat.ask([self._asked(one) for one in filled])
        for one, prompt, reply in zip(rewordings, filled, replies, strict=True):
            said = value_of(reply, _HOLDS, prompt.fence)
            if isinstance(said, Fault):
                one.fail("unchecked", f"judge: {said.word}")
            elif not said["holds"]:
                one.fail("judged_other")

    def signature(self) -> Any:
        """Return the model and the prompt."""
        return {"model": self._settings.model, "prompt": self._template.signature}
