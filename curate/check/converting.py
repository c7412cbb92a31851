"""Commands that make JSON Lines in UTF-8 of what is none: each runs as it is printed, and writes over no file."""

from __future__ import annotations

import csv
import shlex
from itertools import count
from pathlib import Path

from curate.core.command.words import path_word
from curate.core.read.expand import STDIN
from curate.core.read.wide import Wide

_UNPACK = {".gz": "gzip -dc", ".zst": "zstd -dc"}
_COMMAS = {".csv": ",", ".tsv": "\t"}  # what divides the fields of tables that are no JSON
_CHATS = ("messages", "conversations")  # columns that are JSON, and no text


def is_table(name: str) -> bool:
    """Say whether a file is a table by its name."""
    return Path(name).suffix.lower() in _COMMAS


def as_utf8(name: str, encoding: Wide) -> str:
    """Return a command that writes a file, which may be packed, in UTF-8."""
    convert = f"iconv -f {encoding.source} -t UTF-8"
    if name == STDIN:
        return convert
    path = Path(name)
    unpack = _UNPACK.get(path.suffix.lower())
    if unpack is None:
        return f"{convert} {path_word(name)} > {_free(path.stem, path.suffix, path)}"
    inner = Path(path.stem)
    return f"{unpack} {path_word(name)} | {convert} > {_free(inner.stem, inner.suffix, path)}"


def as_lines(name: str) -> str:
    """Return a command that writes a table of CSV as JSON Lines, by Python's standard library alone."""
    path = Path(name)
    divider = _COMMAS[path.suffix.lower()]
    opened = f'open({_literal(name)}, encoding="utf-8-sig", newline="")'
    table = f"csv.DictReader({opened}, delimiter={_literal(divider)})"
    chats = _chats(path, divider)
    parsed = "".join(f", {_literal(name)}: {parse}(row[{_literal(name)}])" for name, parse in chats.items())
    row = f"{{**row{parsed}}}" if chats else "row"
    code = f"import ast, csv, json; csv.field_size_limit(1 << 30); [print(json.dumps({row})) for row in {table}]"
    target = path_word(path.with_suffix(".jsonl"))
    if path.with_suffix(".jsonl").exists():
        target = _free(path.name, ".jsonl", path, "")
    return f"python3 -c {shlex.quote(code)} > {target}"


def _chats(path: Path, divider: str) -> dict[str, str]:
    """Return what reads the cells of columns that hold chats, by the first row: pandas writes them as Python does."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next(csv.DictReader(file, delimiter=divider), {})
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    cells = {name: cell for name in _CHATS if (cell := first.get(name))}
    return {name: "ast.literal_eval" if cell.startswith("[{'") else "json.loads" for name, cell in cells.items()}


def _literal(text: str) -> str:
    """Return a string of Python in ASCII and double quotes, which a shell's single ones hold as they are."""
    escaped = text.encode("unicode_escape").decode().replace('"', r"\"")
    return f'"{escaped}"'


def _free(stem: str, suffix: str, path: Path, added: str = ".utf8") -> str:
    """Return the word of a file beside another that is not there yet."""
    names = (f"{stem}{added}{number if number > 1 else ''}{suffix}" for number in count(1))
    return path_word(next(place for name in names if not (place := path.with_name(name)).exists()))
