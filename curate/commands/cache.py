"""``thresher cache``: what the file of replies holds, and how it gets smaller."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import click

from curate.core.chat.layers.store import Kept, Store
from curate.core.chat.settings import default_cache
from curate.core.command.exits import DONE
from curate.core.command.numbers import Real
from curate.core.command.terminal import emit, inert
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError, InputError

_DAY = 86_400
_FILE = click.argument("file", type=click.Path(path_type=Path), required=False)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group("cache")
def command() -> None:
    """Show, or shrink, the file of language models' replies (chat.cache; the user's own if no FILE is named)."""


@command.command("stats")
@_FILE
@_JSON
def stats(file: Path | None, *, as_json: bool) -> int:
    """Say what the file holds, model by model."""
    path = file or default_cache()
    kept = _kept(path) if file or path.exists() else []  # no run of this user has asked a model yet
    size = _size(path)
    if as_json:
        models = [line._asdict() for line in kept]
        emit(canonical({"schema_version": SCHEMA_VERSION, "file": str(path), "bytes": size, "models": models}).decode())
    else:
        emit("\n".join([f"{path}: {sum(line.replies for line in kept):,} replies, {size:,} bytes", *_lines(kept)]))
    return DONE


@command.command("prune")
@_FILE
@click.option("--older-than", type=Real(0, 1_000_000), metavar="DAYS", help="Replies kept longer ago.")
@click.option("--model", help="Replies of this model.")
@click.option("--faults", is_flag=True, help="Replies that are no answers: refused, cut at the length limit, ...")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@_JSON
def prune(
    file: Path | None,
    *,
    older_than: float | None,
    model: str | None,
    faults: bool,
    everything: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Remove replies; they are asked, and paid, again when a run needs them. Conditions add up."""
    if not everything and older_than is None and model is None and not faults:
        raise ConfigError("nothing says which replies go", hint="--older-than DAYS, --model NAME, --faults, or --all")
    path = file or default_cache()
    before = None if older_than is None else int(time.time() - older_than * _DAY)
    size = _size(path)
    with _opened(path) as store:
        count = store.prune(before=before, model=model, faults=faults, dry=dry_run)
    freed = max(0, size - _size(path))
    if as_json:
        emit(
            canonical({"schema_version": SCHEMA_VERSION, "replies": count, "freed": freed, "dry_run": dry_run}).decode()
        )
    else:
        done = f"{count:,} replies would go" if dry_run else f"removed {count:,} replies, freed {freed:,} bytes"
        emit(f"{done}: {path}")
    return DONE


def _opened(path: Path) -> Store:
    if not path.exists():
        raise InputError(f"there is no file of replies at {path}", hint="runs that ask a model write it: chat.cache")
    return Store(path)


def _kept(path: Path) -> list[Kept]:
    with _opened(path) as store:
        return store.stats()


def _size(path: Path) -> int:
    """Return the bytes of the file and of what SQLite keeps beside it."""
    return sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())


def _lines(kept: list[Kept]) -> list[str]:
    lines = []
    for line in kept:
        lines.append(f"{inert(line.model, 80)}: {line.replies:,} replies, {line.faults:,} of them no answers")
        tokens = f"{line.prompt_tokens:,} prompt and {line.completion_tokens:,} answer tokens that are not paid again"
        lines.append(f"  {tokens}; kept from {_day(line.oldest)} to {_day(line.newest)}")
    return lines


def _day(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()
