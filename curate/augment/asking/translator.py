"""Who translates: the model of the chat, or a program of this machine, asked text by text."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from curate.augment.asking.constraints import Constraints
from curate.augment.asking.template import Filled, Holes, load
from curate.augment.rewriting.rewording import Rewording
from curate.augment.rewriting.variants import hear
from curate.augment.step import Chat
from curate.core.chat.request import Request, chat_request
from curate.core.run.errors import ConfigError

HOLES = Holes(data=("text", "keep"), words=("source", "target"), required=("text", "target"))


class Leg(NamedTuple):
    """A text on its way from one language into the next: ``one.text`` is translated in its place."""

    one: Rewording
    source: str
    target: str
    seed: int


class Translator(Protocol):
    """Translates texts, or notes their faults."""

    def requests(self, legs: Sequence[Leg]) -> Iterator[Request]:
        """Yield what an endpoint is asked for these."""
        ...

    def translate(self, legs: Sequence[Leg]) -> None:
        """Put the translation in the place of each text."""
        ...

    def signature(self) -> dict[str, Any]:
        """Return what a row says of who translated."""
        ...


class ByChat(BaseModel):
    """The model of ``[chat]`` translates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["chat"] = "chat"
    prompt: str | None = Field(None, description="A prompt file of your own in place of ours.")

    def make(self, constraints: Constraints, chat: Chat, languages: Sequence[tuple[str, str]]) -> Translator:
        """Return the translator.

        Raises:
            ConfigError: there is no endpoint, or the prompt is none.
        """
        if chat.client is None:
            raise ConfigError(
                "back_translation by chat has no endpoint", hint='add a table [chat], or translator = {by = "program"}'
            )
        return ChatTranslator(self, constraints, chat)


class ByProgram(BaseModel):
    """A program of this machine translates: it gets a text on its standard input, and writes the translation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["program"] = "program"
    command: tuple[str, ...] = Field(
        ("apertium", "-u", "{source}-{target}"),
        min_length=1,
        description="The program and its arguments; no shell reads them.",
    )
    timeout: PositiveFloat = Field(60.0, description="Seconds until a text is given up.")
    at_once: PositiveInt = Field(2, description="Texts that are translated at the same time.")

    def make(self, constraints: Constraints, chat: Chat, languages: Sequence[tuple[str, str]]) -> Translator:
        """Return the translator, after a word was translated from each language into the next.

        Raises:
            ConfigError: the program is not there, or does not know a language.
        """
        translator = ProgramTranslator(self)
        translator.prove(languages)
        return translator


Backend = Annotated[ByChat | ByProgram, Field(discriminator="by")]


class ChatTranslator:
    """Asks a model."""

    def __init__(self, settings: ByChat, constraints: Constraints, chat: Chat) -> None:
        self._chat, self._constraints = chat, constraints
        self._template = load("translation", HOLES, settings.prompt, chat.folder)

    def requests(self, legs: Sequence[Leg]) -> Iterator[Request]:
        """Yield a request for each text."""
        return (self._request(leg, self._filled(leg)) for leg in legs)

    def _filled(self, leg: Leg) -> Filled:
        keep = "\n".join(one.text for one in self._constraints.find(leg.one.source))
        return self._template.fill({"text": leg.one.text, "keep": keep}, {"source": leg.source, "target": leg.target})

    def _request(self, leg: Leg, filled: Filled) -> Request:
        return chat_request(self._chat.settings, filled.messages, seed=leg.seed)

    def translate(self, legs: Sequence[Leg]) -> None:
        """Ask for all, concurrently."""
        filled = [self._filled(leg) for leg in legs]
        replies = self._chat.ask([self._request(leg, one) for leg, one in zip(legs, filled, strict=True)])
        for leg, one, reply in zip(legs, filled, replies, strict=True):
            hear(leg.one, reply, one.fence)

    def signature(self) -> dict[str, Any]:
        """Return the model and the prompt."""
        return {"model": self._chat.settings.model, "prompt": self._template.signature}


class ProgramTranslator:
    """Runs a program for each text: Apertium, or whatever reads a text and writes another."""

    def __init__(self, settings: ByProgram) -> None:
        self._settings = settings

    def requests(self, legs: Sequence[Leg]) -> Iterator[Request]:
        """Yield nothing."""
        return iter(())

    def prove(self, languages: Sequence[tuple[str, str]]) -> None:
        """Translate a word each way, before anything is made."""
        name = self._settings.command[0]
        if shutil.which(name) is None:
            raise ConfigError(f"the translator {name!r} is not installed", hint=self._how(languages))
        for source, target in languages:
            done = self._run("water", source, target)
            if isinstance(done, str):
                raise ConfigError(
                    f"{name} does not translate from {source!r} to {target!r}", done, hint=self._how(languages)
                )

    def _how(self, languages: Sequence[tuple[str, str]]) -> str:
        if self._settings.command[0] != "apertium":
            return "translator.command names the program and its arguments"
        pairs = " ".join(sorted({f"apertium-{'-'.join(sorted(pair))}" for pair in languages}))
        return f"apt-get install apertium {pairs} (`apertium -l` lists the languages there are, as eng-spa)"

    def translate(self, legs: Sequence[Leg]) -> None:
        """Run the program for each text, a few at once."""
        with ThreadPoolExecutor(self._settings.at_once) as pool:
            for leg, done in zip(
                legs, pool.map(lambda leg: self._run(leg.one.text, leg.source, leg.target), legs), strict=True
            ):
                if isinstance(done, str):
                    leg.one.fail("translator_failed", done)
                elif text := done.decode(errors="replace").strip():
                    leg.one.text = text
                else:
                    leg.one.fail("empty")

    def _run(self, text: str, source: str, target: str) -> bytes | str:
        """Return what the program wrote; a string says why it did not."""
        command = [part.replace("{source}", source).replace("{target}", target) for part in self._settings.command]
        try:
            done = subprocess.run(  # noqa: S603 - the user's own program, without a shell
                command, input=text.encode(), capture_output=True, timeout=self._settings.timeout, check=False
            )
        except subprocess.TimeoutExpired:
            return f"no end after {self._settings.timeout:g} s"
        except OSError as error:
            return f"{command[0]}: {error.strerror}"
        if done.returncode:
            told = done.stderr.decode(errors="replace").split("\n", 1)[0]
            return f"exit {done.returncode}: {told}"
        return done.stdout

    def signature(self) -> dict[str, Any]:
        """Return the command."""
        return {"model": " ".join(self._settings.command), "prompt": None}
