"""Where answers come from, by name; what loads a model is imported when one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

from curate.core.chat.settings import ChatSettings, default_cache
from curate.core.run.errors import ConfigError, nearest
from curate.core.run.settings import validate
from evalkit.answers.generation import Generation
from evalkit.answers.item import Item, Said, Source
from evalkit.answers.replay import Replay, ReplayFields


class Asking(NamedTuple):
    """What a source is made of, beside what its name is followed by."""

    generation: Generation
    chat: dict[str, Any]  # the table [chat], without the model
    local: dict[str, Any]  # of LocalSettings
    replay: ReplayFields
    folder: Path  # what paths in the tables are relative to
    times: bool = False


def _endpoint(name: str, asking: Asking) -> Source:
    from evalkit.answers.endpoint import Endpoint  # noqa: PLC0415 - a replay needs no client

    chat = validate(ChatSettings, {**asking.chat, "model": name}, "[chat]", "docs/chat.md shows the table")
    return Endpoint(chat, asking.generation, asking.folder, times=asking.times)


def _local(spec: str, asking: Asking) -> Source:
    from evalkit.answers.local.machine import LocalSettings  # noqa: PLC0415
    from evalkit.answers.local.source import Local  # noqa: PLC0415 - needs torch

    if asking.generation.temperature is None:
        raise ConfigError("local weights have no temperature of their own", hint="--temperature 0, or another number")
    cache = asking.chat.get("cache")
    path = default_cache() if cache is None else asking.folder / Path(cache).expanduser()
    return Local(
        spec,
        asking.generation,
        validate(LocalSettings, asking.local, "[local]", "thresher predict --help lists the options"),
        path,
    )


def _replay(path: str, asking: Asking) -> Source:
    return Replay(Path(path), asking.replay)


ANSWERS: dict[str, Callable[[str, Asking], Source]] = {"openai": _endpoint, "local": _local, "replay": _replay}


def known_answers() -> dict[str, Callable[[str, Asking], Source]]:
    """Return our sources and those that other packages add (entry points of the group ``thresher.answers``)."""
    others = {entry.name: entry.load() for entry in entry_points(group="thresher.answers") if entry.name not in ANSWERS}
    return ANSWERS | others


def make_source(spec: str, asking: Asking) -> Source:
    """Return where ``openai:NAME``, ``local:PATH[+ADAPTER]`` or ``replay:FILE`` says that answers come from.

    Raises:
        ConfigError: there is no such source, or a setting is wrong.
    """
    known = known_answers()
    use, colon, rest = spec.partition(":")
    if not colon or not rest or use not in known:
        raise ConfigError(
            f"--model {spec!r} is not known{nearest(use, list(known)) if use not in known else ''}",
            hint="openai:NAME, local:PATH[+ADAPTER] or replay:FILE",
        )
    return known[use](rest, asking)


__all__ = ["ANSWERS", "Asking", "Generation", "Item", "ReplayFields", "Said", "Source", "make_source"]
