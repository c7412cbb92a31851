"""Rewordings by a judge: a model says whether the answer holds for the second question too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from curate.augment.asking.template import Holes, load
from curate.augment.rewriting.rewording import Rewording
from curate.augment.step import Chat
from curate.core.chat.request import Request, chat_request
from curate.core.run.errors import ConfigError

_HOLES = Holes(data=("question", "answer", "candidate"), required=("question", "candidate"))
_HOLDS = {
    "type": "object",
    "properties": {"holds": {"type": "boolean"}},
    "required": ["holds"],
    "additionalProperties": False,
}


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
        for one in rewordings:
            filled = self._template.fill({"question": one.source, "answer": one.answer, "candidate": one.text})
            yield chat_request(self._settings, filled.messages, schema=_HOLDS)

    def check(self, rewordings: Sequence[Rewording]) -> None:
        """Note those of which the judge says no, or nothing that can be understood."""
        for one, reply in zip(rewordings, self._chat.ask([*self.requests(rewordings)]), strict=True):
            if not reply.text:
                one.fail("unchecked", f"judge: {reply.fault.kind if reply.fault else 'empty'}")
            elif not orjson.loads(reply.text)["holds"]:
                one.fail("judged_other")

    def signature(self) -> Any:
        """Return the model and the prompt."""
        return {"model": self._settings.model, "prompt": self._template.signature}
