"""What the user asked for on the command line, read and judged."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from curate.check.profiles import Profile
from curate.check.schemas import Rules, compile_rules
from curate.check.tokens import TokenCounter
from curate.core.read.layouts.named import mistake
from curate.core.run.errors import ConfigError, nearest


def one_of(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the name.

    Raises:
        ConfigError: it is none of those known; the nearest is named.
    """
    names = list(known)
    if name not in names:
        raise ConfigError(f"no {kind} is called {name!r}{nearest(name, names)}", hint="thresher check --help")
    return name


def field_names(maps: tuple[str, ...]) -> dict[str, str]:
    """Return ours to theirs, of ``--map ours=theirs``.

    Raises:
        ConfigError: it is no pair, no layout has such a field, or a field is named twice.
    """
    fields: dict[str, str] = {}
    for one in maps:
        ours, _, theirs = one.partition("=")
        if not ours or not theirs:
            raise ConfigError(f"--map {one!r} is not ours=theirs", hint="such as --map prompt=question")
        if ours in fields or theirs in fields.values():
            raise ConfigError(f"--map {one!r} names a field a second time", hint="each field has one name")
        fields[ours] = theirs
    if wrong := mistake(fields):
        raise ConfigError(wrong, hint="thresher check --help")
    return fields


def answer_rules(path: Path | None) -> Rules | None:
    """Return the compiled schema of ``--answer-schema``.

    Raises:
        ConfigError: the file cannot be read, or is no JSON Schema.
    """
    if path is None:
        return None
    try:
        rules = compile_rules(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise ConfigError(
            f"the answer schema {path} cannot be read: {error.strerror}", hint="check the path"
        ) from error
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"the answer schema {path} is no JSON: {error}", hint="write it as JSON") from error
    if isinstance(rules, str):
        raise ConfigError(f"the answer schema {path} is no JSON Schema: {rules}", hint="drafts 4 to 2020-12 are read")
    return rules


def token_counter(path: Path | None, limit: int | None, profile: Profile) -> TokenCounter | None:
    """Return the counter of ``--tokenizer``, with the limit given, else the profile's.

    Raises:
        ConfigError: a limit without a tokenizer, a tokenizer without a limit, or it cannot be loaded.
    """
    if path is None:
        if limit is not None:
            raise ConfigError("--max-tokens needs a tokenizer to count with", hint="add --tokenizer tokenizer.json")
        return None
    most = limit or profile.max_tokens
    if most is None:
        raise ConfigError(f"profile {profile.name} has no limit of tokens", hint="give one: --max-tokens 4096")
    return TokenCounter(path, most)
