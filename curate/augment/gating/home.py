"""Where the paths in the configuration of a run start from: it says none of its own machine's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curate.augment.gating.given import GivenRun
from curate.core.read.source import Wanted, find_sources
from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import MANIFEST
from curate.curation.config import CurateConfig
from curate.steps.registry import ON_REQUEST

HELD_AGAINST = ("against", "previous", "evaluation_sets")  # lists of a manifest; protected files are among its inputs
_LOOKED_UP = ("against", "previous")  # may be large: whoever opens them holds their sha256 against what is recorded


def home_of(given: GivenRun, asked: str | None, base: Path) -> Path:
    """Return the folder from which every path is found that new rows are held against, with the very contents.

    Looked for are ``asked``, or else the folder of this configuration, and those above the run.

    Raises:
        InputError: there is none.
    """
    names = list(dict.fromkeys(_names(given.gates)))
    if not names:
        return base
    above = given.folder.resolve().parents
    places = [base / asked] if asked is not None else list(dict.fromkeys([base.resolve(), *above[:2]]))
    lacks = [_lacks(given, names, place) for place in places]
    for place, lack in zip(places, lacks, strict=True):
        if lack is None:
            return place
    changed = next((lack for lack in lacks if lack and lack.endswith(_CHANGED)), None)
    raise InputError(
        changed or lacks[0] or "",
        f"looked from {', '.join(str(place) for place in places)}",
        hint='put it back, or say what folder the paths start from, that of its curate.toml: base = "..." in [input]',
    )


_CHANGED = f"what it was held against: its sha256 is not the one in {MANIFEST}"


def recorded(given: GivenRun, part: str) -> dict[str, dict[str, Any]]:
    """Return what the manifest says of each file that rows were held against, of one of its lists."""
    listed = given.manifest.get(part, ())
    return {one["path"]: one for one in listed if part != "inputs" or one.get("protected")}


def _names(gates: CurateConfig) -> Iterator[str]:
    """Yield the paths of all that new rows are held against: earlier runs, protected files, evaluation sets."""
    yield from gates.input.against
    if gates.split is not None and gates.split.previous is not None:
        yield gates.split.previous
    yield from (one.path for one in gates.input.protected())
    for step in gates.steps or ():
        for one in step.get("sets", ()) if step["use"] in ON_REQUEST else ():
            yield one if isinstance(one, str) else one["path"]


def _lacks(given: GivenRun, names: list[str], place: Path) -> str | None:
    """Return what is not in a place, or not as it was; None where all is."""
    for name in names:
        try:
            if not (place / name).exists():
                find_sources([Wanted(name)], place)  # a pattern, it may be
        except InputError:
            return f"the run {given.name} was held against {name}, which is not found"
    for part in (*HELD_AGAINST, "inputs"):
        for path, told in recorded(given, part).items():
            file = place / path
            if not file.is_file():
                return f"the run {given.name} was held against {path}, which is not found"
            if file.stat().st_size != told["bytes"] or (
                part not in _LOOKED_UP and sha256_of(file)[0] != told["sha256"]
            ):
                return f"{file} is not {_CHANGED}"
    return None
