"""A gate's folder to its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reports.files import Folder, open_folder
from reports.verdict.files import Verdict

AGAIN = "run `thresher gate CANDIDATE --baseline BASE --limits gate.toml --out DIR` again, then report it"
VERDICT = "verdict.json"


@dataclass(frozen=True)
class Gate:
    """A verdict with the folder that it lies in."""

    folder: Folder
    verdict: Verdict


def read_gate(path: Path) -> Gate:
    """Return the verdict of a folder that ``thresher gate --out`` wrote.

    Raises:
        InputError: it holds none, or one that was changed.
    """
    folder = open_folder(path, AGAIN)
    return Gate(folder, folder.model(VERDICT, Verdict))
