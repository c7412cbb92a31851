"""Values to text that a page can carry: JSON, gzip without a clock, base64."""

from __future__ import annotations

import base64
import gzip
import re

import orjson
import polars as pl

from reports.table.table import Column

DIGITS = 6
SMALL = 0.1  # below it, three digits behind the point would say too little


def packed(value: object, level: int = 6) -> str:
    """Return base64 of gzip of JSON: letters, digits, ``+/=`` and nothing else, safe inside any element."""
    return base64.b64encode(gzip.compress(orjson.dumps(value), level, mtime=0)).decode("ascii")


def _digits(values: pl.Series) -> int:
    """Return how many digits a column has behind the point, so that its numbers align; 0: as many as each needs."""
    known = values.filter(values.is_finite())
    largest = float(known.abs().max() or 0)  # type: ignore[arg-type]  # polars does not say that floats have floats
    if largest < SMALL or (known == known.round(0)).all():
        return 0
    return 1 if largest >= 100 else 2 if largest >= 10 else 3


def column_value(column: Column, values: pl.Series) -> dict[str, object]:
    """Return a column for the script: ``values`` of texts, numbers and flags; ``words`` and ``codes`` of a choice.

    Where a row has a list of words, ``codes`` name ``sets`` of them: ``[[0], [0, 2]]``.
    """
    told: dict[str, object] = {"name": column.name, "kind": column.kind, "label": column.label}
    told |= {"unit": column.unit, "filter": column.filter, "hidden": column.hidden, "family": column.family}
    if column.kind == "choice":
        return told | (_lists(column, values) if isinstance(values.dtype, pl.List) else _words(column, values))
    if column.kind == "number" and values.dtype.is_float():
        told["digits"] = _digits(values)
        values = values.round_sig_figs(DIGITS)  # orjson writes what is no number as null
    elif column.kind == "flag":
        values = values.cast(pl.Int8)
    elif column.kind == "text":
        values = values.cast(pl.String)
    return told | {"values": values.to_list()}


def _words(column: Column, values: pl.Series) -> dict[str, object]:
    texts = values.cast(pl.String)
    places = _places(column, texts)
    codes = texts.replace_strict(places, default=None, return_dtype=pl.Int32) if places else texts.cast(pl.Int32)
    return {"words": list(places), "codes": codes.fill_null(-1).to_list()}


def _lists(column: Column, values: pl.Series) -> dict[str, object]:
    places = _places(column, values.explode())
    rows = [tuple(dict.fromkeys(places[word] for word in row or ())) for row in values.to_list()]
    sets = {own: code for code, own in enumerate(sorted(set(rows) - {()}))}
    return {"words": list(places), "sets": list(sets), "codes": [sets.get(row, -1) for row in rows]}


def _places(column: Column, words: pl.Series) -> dict[str, int]:
    """Return the words of a choice with their places: those that have an order, then the others by name."""
    known = set(words.drop_nulls())
    first = [word for word in column.order if word in known]
    return {word: place for place, word in enumerate([*first, *sorted(known - set(first), key=natural)])}


def natural(text: str) -> tuple[str, str]:
    """Return what sorts texts as a reader does, and the page's script: ``item 9`` before ``Item 10``, in any case."""
    return re.sub(r"[0-9]+", lambda digits: digits[0].rjust(20, "0"), text).lower(), text
