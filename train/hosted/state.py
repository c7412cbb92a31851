"""``job.json``: which job belongs to a folder, so that a run that was stopped goes on and pays for nothing twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.errors import InputError

NAME = "job.json"


@dataclass
class State:
    """What was sent so far, and under which ids."""

    base_url: str
    digest: str  # of the job's settings and its files
    mark: str  # stands in the job's metadata: finds a job whose answer was lost
    files: dict[str, str] = field(default_factory=dict)  # part -> id
    asked: bool = False  # the job was asked for
    job: str | None = None

    def write(self, folder: Path, work: Path) -> None:
        """Write it into the folder, whole or not at all."""
        write_json(work / NAME, {"schema_version": SCHEMA_VERSION, **asdict(self)})
        (work / NAME).replace(folder / NAME)


def read_state(folder: Path) -> State | None:
    """Return the state of a folder; None where no job was asked for yet.

    Raises:
        InputError: the file was damaged.
    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        told = orjson.loads(path.read_bytes())
        told.pop("schema_version")
        return State(**told)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is no file of ours: {error}", hint="a job that it named goes on at the endpoint; name another DIR"
        ) from error
