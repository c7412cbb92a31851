"""What tests share: the command line by its public door, small files, and the folder of real data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from curate.core.command.door import run

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def thresher(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line as a user would, in this process."""

    def command(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return command


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[..., Path]:
    """Write rows (dicts, or lines as bytes or text) to a file of JSON Lines."""

    def write(rows: Iterable[Any], name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            row if isinstance(row, bytes) else row.encode() if isinstance(row, str) else json.dumps(row).encode()
            for row in rows
        ]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


@pytest.fixture
def real_data() -> Path:
    """Return the folder of real data; skip where it is not there."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"the folder of real data is not here: {REAL_DATA.name}")
    return REAL_DATA


def chat(*turns: str, **extra: Any) -> dict[str, Any]:
    """Return a chat of user and assistant in turn."""
    return {
        "messages": [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(turns)],
        **extra,
    }


settings.register_profile("stable", max_examples=200, deadline=None, derandomize=True)
settings.load_profile("stable")
