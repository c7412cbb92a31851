"""The rules of a consumer on top of the layout: ``any``, ``openai``, ``trl``.

``openai`` follows the published fine-tuning schema and limits: at least 10 rows, at most 512 MB a file, 65,536
tokens a row (the 4o family), the roles and keys of its messages, and the fields of its preference pairs. ``trl`` asks
that the last turn is the assistant's, as its chat trainers do, and for the fields of its own pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from curate.check.rules.chats import Turn
from curate.check.rules.consumed import openai_fields, trl_fields
from curate.core.read.fault import Fault, pointer
from curate.core.read.layouts import Record

_OPENAI_KEYS = frozenset(
    {"role", "content", "name", "weight", "refusal", "audio", "tool_calls", "tool_call_id", "function_call"}
)


@dataclass(frozen=True)
class Profile:
    """What a consumer takes; ``errors`` are the findings that it refuses, warnings elsewhere."""

    name: str
    errors: frozenset[str] = frozenset()
    layouts: frozenset[str] | None = None  # None: every layout
    fields: Callable[[Record, str], Iterator[Fault]] | None = None  # of a record and the name of its layout
    message_keys: frozenset[str] | None = None
    min_rows: int = 0
    max_bytes: int | None = None
    max_tokens: int | None = None


PROFILES: dict[str, Profile] = {
    "any": Profile("any"),
    "openai": Profile(
        "openai",
        errors=frozenset(
            {
                "no_assistant",
                "unknown_key",
                "profile_layout",
                "profile_fields",
                "too_few_rows",
                "file_too_large",
                "no_call_id",
                "arguments_not_string",
                "bare_tool",
                "parameters_schema",
                "nothing_trained",
            }
        ),
        layouts=frozenset({"messages", "preference", "prompt_completion"}),
        fields=openai_fields,
        message_keys=_OPENAI_KEYS,
        min_rows=10,
        max_bytes=512_000_000,
        max_tokens=65_536,
    ),
    "trl": Profile(
        "trl",
        errors=frozenset({"no_assistant", "last_not_assistant", "nothing_trained", "profile_layout", "profile_fields"}),
        layouts=frozenset({"messages", "preference", "prompt_completion", "text"}),
        fields=trl_fields,
    ),
}


def check_fields(profile: Profile, record: Record, layout: str) -> Iterator[Fault]:
    """Yield a finding for each field of a record that keeps its layout, but not in the form that the profile reads."""
    if profile.fields is not None:
        yield from profile.fields(record, layout)


def check_keys(profile: Profile, turns: Sequence[Turn]) -> Iterator[Fault]:
    """Yield a finding for each key of a message that the profile does not know."""
    if profile.message_keys is None:
        return
    for message, at, _ in turns:
        for key in message:
            if key not in profile.message_keys:
                yield Fault("unknown_key", f"{key!r} is no key of a message", pointer(*at, key))


def check_file(profile: Profile, layout: str | None, rows: int, size: int) -> Iterator[Fault]:
    """Yield what a file as a whole breaks of its profile."""
    if profile.layouts is not None and layout is not None and layout not in profile.layouts:
        yield Fault("profile_layout", f"{profile.name} does not take layout {layout}")
    if rows < profile.min_rows:
        yield Fault("too_few_rows", f"the file has {rows} rows; {profile.name} takes {profile.min_rows} or more")
    if profile.max_bytes is not None and size > profile.max_bytes:
        yield Fault("file_too_large", f"the file has {size:,} bytes; {profile.name} takes {profile.max_bytes:,}")
