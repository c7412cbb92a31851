"""Curation runs one after another in a folder, and rows of which two are near."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from curate.core.run.settings import validate
from curate.curation.config import CurateConfig
from curate.curation.run import Options, run_curation
from tests.conftest import chat
from tests.curated import Curated, as_line
from tests.curation.corpus import edited, text

KINDS = pytest.mark.parametrize("kind", ["compact", "exact"])
DRAW = random.Random(5)
QUESTION, ANSWER = text(DRAW, 30), text(DRAW, 60)
HERON = chat(QUESTION, ANSWER, id="heron")
NEARLY_HERON = chat(QUESTION, edited(DRAW, ANSWER, 1), id="nearly heron")
STORK = chat(text(DRAW, 30), text(DRAW, 60), id="stork")
Curating = Callable[..., Curated]


def curating(folder: Path) -> Curating:
    def curate(out: str, rows: Sequence[Any] | None = None, options: Options | None = None, **asked: Any) -> Curated:
        if rows is not None:
            (folder / f"{out}.jsonl").write_bytes(b"".join(as_line(row) + b"\n" for row in rows))
            asked.setdefault("input", {})["files"] = [f"{out}.jsonl"]
        config = validate(CurateConfig, asked, "the test")
        return Curated(folder / out, run_curation(config, folder, folder / out, options or Options(quiet=True)))

    return curate


def dropped(run: Curated) -> dict[str, Any]:
    return {row["id"]: row for row in run.rows("dropped")}
