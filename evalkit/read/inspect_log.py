"""Logs of Inspect: the JSON log, or the ``.eval`` archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import orjson
import zstandard

from curate.core.read.bytestream import open_bytes
from curate.core.read.decode import Record
from curate.core.record.fields import field_of
from curate.core.run.errors import InputError
from evalkit.predictions import Answer, as_references, as_text
from evalkit.read.named import Named
from evalkit.read.records import Fields, InputFile, json_document, of_kind
from evalkit.read.rows import add_named

_ZSTANDARD = 93  # of the zip format
_LOCAL = 30  # bytes of a member's own header, before its name
_ATTACHED = "attachment://"


def read_inspect(file: InputFile, fields: Fields) -> Iterator[Answer]:
    """Yield the answers of a log. A sample of several epochs is several rows of one cluster.

    Raises:
        InputError: the file is no log of Inspect, or no sample has a field that a flag names.
    """
    file.word = "sample"
    named = Named(fields)
    header, samples = _archive(file) if file.path.suffix == ".eval" else _document(file)
    model = field_of(header, "eval.model")
    if isinstance(model, str):
        file.models.add(model)
    for number, sample in enumerate(samples, 1):
        named.see(sample)
        answer = _answer(sample, fields, number, file.at(number))
        answer.place = f"sample {number}"
        yield answer
    named.refuse_missing(file)


def _document(file: InputFile) -> tuple[Record, list[Record]]:
    log = json_document(file)
    if not isinstance(log, dict) or not isinstance(log.get("samples"), list):
        raise InputError(f"{file.name} is no log of Inspect: it has no samples", hint="inspect log dump LOG > log.json")
    return log, [one for one in log["samples"] if isinstance(one, dict)]


def _archive(file: InputFile) -> tuple[Record, list[Record]]:
    with open_bytes(file.source) as opened:
        data = opened.stream.read()
        opened.drain()
        file.sha256, file.bytes = opened.hashed.sha256, opened.hashed.bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = sorted(one for one in archive.namelist() if one.startswith("samples/") and one.endswith(".json"))
            header = orjson.loads(_member(archive, data, "header.json")) if "header.json" in archive.namelist() else {}
            samples = [orjson.loads(_member(archive, data, name)) for name in names]
    except (zipfile.BadZipFile, zstandard.ZstdError, NotImplementedError, orjson.JSONDecodeError) as error:
        raise InputError(
            f"{file.name} cannot be read as a log of Inspect: {error}", hint="inspect log dump LOG > log.json"
        ) from error
    if not samples:
        raise InputError(f"{file.name} holds no samples", hint="inspect log dump LOG > log.json")
    return header, samples


def _member(archive: zipfile.ZipFile, data: bytes, name: str) -> bytes:
    """Return a file of an archive; Inspect packs by Zstandard, which the standard library reads from Python 3.14 on.

    Raises:
        BadZipFile: it is damaged.
    """
    info = archive.getinfo(name)
    if info.compress_type != _ZSTANDARD:
        return archive.read(info)
    head = data[info.header_offset : info.header_offset + _LOCAL]
    start = info.header_offset + _LOCAL + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = data[start : start + info.compress_size]
    plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=info.file_size)
    if len(plain) != info.file_size or zlib.crc32(plain) != info.CRC:
        raise zipfile.BadZipFile(f"{name} is damaged")
    return plain


def _answer(sample: Record, fields: Fields, number: int, at: str) -> Answer:
    output = of_kind(sample.get("output"), dict, "output", at)
    choices = of_kind(output.get("choices"), list, "output.choices", at)
    choice = of_kind(choices[0] if choices else None, dict, "output.choices.0", at)
    usage = of_kind(output.get("usage"), dict, "output.usage", at)
    attached = of_kind(sample.get("attachments"), dict, "attachments", at)
    name = as_text(field_of(sample, fields.id or "id")) or f"sample-{number}"
    epoch = sample.get("epoch") or 1
    error = sample.get("error") or output.get("error")
    target = field_of(sample, fields.reference) if fields.reference else sample.get("target")
    said = _content(field_of(choice, "message.content"), attached)
    said = said if said is not None else as_text(output.get("completion"))
    if fields.prediction is not None:
        said = _plain(field_of(sample, fields.prediction), attached)
    finish = as_text(choice.get("stop_reason"))
    seconds = output.get("time")
    answer = Answer(
        id=name if epoch == 1 else f"{name}#{epoch}",
        prediction=None if error else said,
        references=None if target in ("", []) else as_references(target),
        prompt=_plain(sample.get("input"), attached),
        cluster=name,
        finish=finish,
        fault="request_failed" if error else None,
        tokens=float(usage["output_tokens"]) if isinstance(usage.get("output_tokens"), int) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )
    add_named(answer, sample, fields)
    return answer


def _content(content: Any, attached: Record) -> str | None:
    """Return the text of a message, without what a model thought before."""
    if isinstance(content, str):
        return _resolved(content, attached)
    if isinstance(content, list):
        parts = [one.get("text") for one in content if isinstance(one, dict) and one.get("type") == "text"]
        return "".join(_resolved(part, attached) for part in parts if isinstance(part, str))
    return None


def _plain(value: Any, attached: Record) -> str | None:
    """Return a field as a text."""
    return _resolved(value, attached) if isinstance(value, str) else as_text(value)


def _resolved(text: str, attached: Record) -> str:
    """Return a text that the log keeps apart because it is long or stands several times."""
    if not text.startswith(_ATTACHED):
        return text
    found = attached.get(text.removeprefix(_ATTACHED))
    return found if isinstance(found, str) else text
