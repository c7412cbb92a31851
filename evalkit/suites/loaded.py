"""The items of a public suite, or of a text, out of a file that lies here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from random import Random

from curate.core.items.read import records
from curate.core.read.bytestream import open_bytes
from curate.core.read.source import Source
from curate.core.run.errors import ConfigError, InputError
from evalkit.suites.suite import Record, Suite, row

_PACKED = (".gz", ".zst")
_SHARD = re.compile(r"\w+-\d{5}-of-\d{5}")
_PASSAGE = 1_000  # characters, about: a passage ends with the paragraph that reaches them


def loaded(suite: Suite, source: Path | None, count: int | None, seed: int) -> list[Record]:
    """Return the items of a file: all of them in its order, or so many of them drawn by the seed, in its order.

    Raises:
        ConfigError: no file is named, or it has fewer items than are asked for.
        InputError: the file cannot be read, a record is no item of this suite, or two items have one id.
    """
    if suite.kind == "text":
        items = _passages(suite, source)
    elif source is None:
        raise ConfigError(
            f"the suite {suite.name} is read from a file, and nothing says which",
            hint=f"thresher suites {suite.name} --from FILE --output items.jsonl; or --from hub, which fetches it",
        )
    else:
        items = _read(suite, source)
    if count is None:
        return items
    if count > len(items):
        raise ConfigError(f"the file has {len(items):,} items: {count:,} cannot be drawn", hint="--n auto takes all")
    kept = sorted(Random(f"{suite.name}/{seed}").sample(range(len(items)), count))  # noqa: S311 - not a secret
    return [items[place] for place in kept]


def _read(suite: Suite, source: Path) -> list[Record]:
    stem = _bare(source.name).rpartition(".")[0]
    if _SHARD.fullmatch(stem):  # the hub's name of a whole split: its folder says what it is
        stem = source.parent.name
    items: list[Record] = []
    seen: dict[str, int] = {}
    for number, record in enumerate(_records(source, suite.header), start=1):
        try:
            made = suite.read(record, stem) if suite.read is not None else None
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            told = ", ".join(str(name) for name in record)
            raise InputError(
                f"{source.as_posix()}, record {number}: no item of {suite.name}: {error!r}",
                f"the record has: {told[:200]}",
                hint=f"thresher suites {suite.name} takes its own format and {suite.shape}",
            ) from error
        if made is None:
            continue
        item = row(suite.name, made, _name(record))
        if item["id"] in seen:  # a question that stands twice is two items: the second is told by its place
            item["id"] = f"{item['id']}#{number}"
        seen[item["id"]] = number
        items.append(item)
    if not items:
        raise InputError(f"{source.as_posix()} holds no items of {suite.name}")
    return items


def _name(record: Record) -> str | None:
    found = next((record[name] for name in ("id", "key", "task_id") if name in record), None)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) and found != "" else None


def _records(source: Path, headless: bytes = b"") -> Iterator[Record]:
    """Yield the records of JSON Lines, a JSON array or an object with one, CSV, or Parquet, packed or not."""
    data, name = _bytes(source), source.as_posix()
    if headless and _bare(name.lower()).endswith(".csv") and not data.startswith(b"question,"):
        data = headless + data
    for _, record, _ in records(name, data):
        yield record


def _passages(suite: Suite, source: Path | None) -> list[Record]:
    """Return passages of whole paragraphs: of a file of plain text, of the field ``text`` of JSON Lines, or of ours."""
    if source is None:
        texts = [files("evalkit.suites").joinpath("text.txt").read_text(encoding="utf-8")]
    elif _bare(source.name.lower()).endswith((".jsonl", ".json", ".csv", ".parquet")):
        texts = [str(record["text"]) for record in _records(source) if record.get("text")]
    else:
        try:
            texts = [_bytes(source).decode("utf-8-sig")]
        except UnicodeDecodeError as error:
            raise InputError(f"{source.as_posix()} is no UTF-8: {error}", hint="name a file of plain text") from error
    kind = "shipped" if source is None else _bare(source.name)
    passages = [passage for text in texts for passage in _parted(text)]
    if not passages:
        raise InputError(f"{'' if source is None else source.as_posix()} holds no text", hint="a field named text")
    slices = {"suite": suite.name, "kind": kind}
    return [
        {"id": f"{suite.name}:{number}", "text": passage, "slices": slices}
        for number, passage in enumerate(passages, start=1)
    ]


def _parted(text: str) -> Iterator[str]:
    held: list[str] = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        if paragraph.strip():
            held.append(paragraph.strip())
        if sum(map(len, held)) >= _PASSAGE:
            yield "\n\n".join(held)
            held = []
    if held:
        yield "\n\n".join(held)


def _bytes(source: Path) -> bytes:
    if not source.exists() or source.is_dir():
        raise InputError(f"there is no file {source.as_posix()!r}", hint="--from takes one file")
    with open_bytes(Source(0, source.as_posix(), source)) as opened:
        data: bytes = opened.stream.read()
        opened.drain()
    return data


def _bare(name: str) -> str:
    for ending in _PACKED:
        name = name.removesuffix(ending)
    return name
