"""A baseline to commit to git: one line of what it is, then a line of statistics for each item.

``{"thresher": "0.1.0", "kind": "baseline", "metrics": {"exact_match": {"signature": ..., "value": 0.5, ...}}, ...}``
``{"id": "q1", "slices": {"language": "de"}, "statistics": [1.0]}``

The first line holds the hash of the others (``rows_sha256``), and of all else that stands in it (``header_sha256``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.command.words import path_word
from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import InputError
from curate.core.run.version import version
from curate.core.write.whole import write_whole
from evalkit.gate.runs.run import Run
from evalkit.metrics import make_metric

_HASH = "header_sha256"
_EXACT = 2**53
_TOLD = ("value", "n", "unscored", "unit", "better", "signature", "interval")


def write_baseline(run: Run, path: Path, accepted: str | None) -> None:
    """Write a run as a baseline; ``accepted`` is the verdict under which it was taken, if there was one.

    Raises:
        OutputError: the file cannot be written.
    """
    body = b"".join(_lines(run))
    header = {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "kind": "baseline",
        "metrics": {name: {key: one.get(key) for key in _TOLD} for name, one in run.metrics.items()},
        "data_sha256": run.scores.get("data_sha256"),
        "rows": len(run.rows),
        "rows_sha256": hashlib.sha256(body).hexdigest(),
        "model": run.scores.get("model", {}),
        "files": [{"name": Path(one["path"]).name, "sha256": one["sha256"]} for one in run.files],
        "accepted": accepted,
    }
    header[_HASH] = _sha256_of(header)
    content = orjson.dumps(header, option=orjson.OPT_SORT_KEYS) + b"\n" + body
    write_whole(path, content, "name another file: --accept F")


def _sha256_of(header: dict[str, Any]) -> str:
    """Return the hash of all that a header says, whatever the order and spacing of its line."""
    told = {key: value for key, value in header.items() if key != _HASH}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _lines(run: Run) -> Iterator[bytes]:
    names = list(run.metrics)
    for row in run.rows.sort("id").iter_rows(named=True):
        told: dict[str, Any] = {"id": row["id"], "statistics": [_short(row[name]) for name in names]}
        if row["cluster"] is not None:
            told["cluster"] = row["cluster"]
        if row["slices"] is not None:
            told["slices"] = orjson.loads(row["slices"])
        if row["unscored"]:
            told["unscored"] = {one["metric"]: one["reason"] for one in row["unscored"]}
        yield orjson.dumps(told, option=orjson.OPT_SORT_KEYS) + b"\n"


def _short(value: Any) -> Any:
    """Return whole numbers as integers: half the bytes of a file that is mostly counts.

    Those that a float tells from the next one, that is: a larger one may be more than JSON's writer takes.
    """
    if isinstance(value, list):
        return [_short(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT else value


def read_baseline(path: Path) -> Run:
    """Return the run of a baseline file.

    Raises:
        InputError: it is none, or was changed after it was written.
    """
    try:
        first, _, body = path.read_bytes().partition(b"\n")
        header = orjson.loads(first)
        rows = [orjson.loads(line) for line in body.splitlines()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{path} is no baseline: {error}", hint="thresher gate RUN --accept F writes one") from error
    if not isinstance(header, dict) or header.get("kind") != "baseline":
        raise InputError(f"{path} is no baseline: its first line is no header", hint="thresher gate RUN --accept F")
    if not isinstance(header.get("metrics"), dict):
        raise InputError(f"{path} is no baseline: its header has no metrics", hint="thresher gate RUN --accept F")
    own = _sha256_of(header)
    for what, sha256, told in (
        ("rows", hashlib.sha256(body).hexdigest(), header.get("rows_sha256")),
        ("header", own, header.get(_HASH, own)),
    ):
        if sha256 != told:
            raise InputError(
                f"{path} was changed after it was written",
                f"the hash of its {what} is {sha256[:12]}, and it says {str(told)[:12]}",
                hint="take it from git again, or accept a run anew",
            )
    file = {
        "path": path.as_posix(),
        "sha256": hashlib.sha256(first + b"\n" + body).hexdigest(),
        "bytes": len(first) + 1 + len(body),
    }
    run = Run(str(path), _frame(rows, list(header["metrics"])), header, [file])
    return run if _HASH in header else replace(run, notes=[_unsigned(path)])


def _unsigned(path: Path) -> str:
    return (
        f"{path} has no hash of its header, so that nothing tells whether it was edited; accept its run anew: "
        f"thresher gate RUN --accept {path_word(path)}"
    )


def _frame(rows: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    columns = {
        "id": pl.Series([row["id"] for row in rows], dtype=pl.String),
        "cluster": pl.Series([row.get("cluster") for row in rows], dtype=pl.String),
        "slices": pl.Series(
            [
                orjson.dumps(row["slices"], option=orjson.OPT_SORT_KEYS).decode() if "slices" in row else None
                for row in rows
            ],
            dtype=pl.String,
        ),
        "unscored": pl.Series(
            [[{"metric": a, "reason": b} for a, b in row.get("unscored", {}).items()] for row in rows],
            dtype=pl.List(pl.Struct({"metric": pl.String, "reason": pl.String})),
        ),
    }
    for place, name in enumerate(names):
        width = make_metric(name).width
        kind = pl.Float64() if width == 1 else pl.Array(pl.Float64, width)
        columns[name] = pl.Series([row["statistics"][place] for row in rows], dtype=kind, strict=False)
    return pl.DataFrame(columns)
