"""The runs of a page as a chain: a file that one run wrote and another read is one file when its sha256 is."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.provenance.origin import Hashed, Origin, origin_of
from reports.view import View


@dataclass(frozen=True)
class Link:
    """A file that goes from run to run; ``made_by`` is None where no run of the page wrote it."""

    file: Hashed
    made_by: Origin | None
    read_by: tuple[Origin, ...]


@dataclass(frozen=True)
class Chain:
    """All runs of a page, the files between them, and those that come from outside."""

    origins: tuple[Origin, ...]
    links: tuple[Link, ...]
    outside: tuple[Link, ...]
    command: str  # that makes the page again


def chain_of(views: Sequence[View]) -> Chain | None:
    """Return the chain of a page's runs; None where there are not two of them.

    Raises:
        InputError: a run's manifest is gone.
    """
    origins = tuple(
        origin_of(
            Path(str(view.told["folder"])), view.anchor, view.kind, view.name, dict(getattr(view, "commands", ()))
        )
        for view in views
        if "folder" in view.told
    )
    if len(origins) < 2:
        return None
    made = {file.sha256: origin for origin in reversed(origins) for file in origin.outputs}
    read: dict[Hashed, list[Origin]] = {}
    known: dict[str, Hashed] = {}
    for origin in origins:
        for file in origin.inputs:
            readers = read.setdefault(known.setdefault(file.sha256, file), [])
            if origin not in readers:
                readers.append(origin)
    links = [Link(file, made.get(file.sha256), tuple(readers)) for file, readers in read.items()]
    folders = " ".join(shlex.quote(str(view.told["folder"])) for view in views if "folder" in view.told)
    return Chain(
        origins,
        tuple(link for link in links if link.made_by is not None),
        tuple(link for link in links if link.made_by is None),
        f"thresher report {folders} --output report.html",
    )
