"""What a folder may be, and the views of a page in their order: a verdict comes first, the data last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from curate.core.run.errors import InputError
from curate.core.write.manifest import CURATION, MANIFEST, read_manifest
from reports.comparison.view import comparison_view
from reports.curation.read import AGAIN, read_run
from reports.curation.view import curation_view
from reports.place import Place
from reports.scores.read import ScoredFolder, read_scores
from reports.scores.view import scores_view
from reports.training.read import read_training
from reports.training.view import training_view
from reports.verdict.read import read_gate
from reports.verdict.view import pair_of, verdict_view, weight
from reports.view import View


class Kind(NamedTuple):
    """A kind of run: what it is called, the commands whose manifests say so, how it is read and shown."""

    word: str
    commands: tuple[str, ...]
    read: Callable[[Path], Any]
    view: Callable[[Any, Place], View]


KINDS: dict[str, Kind] = {  # in the order of the page
    "verdict": Kind("verdict", ("gate",), read_gate, verdict_view),
    "scores": Kind("scored run", ("score", "predict"), read_scores, scores_view),
    "training": Kind("training run", ("train",), read_training, training_view),
    "curation": Kind("curation run", CURATION, read_run, curation_view),
}


LAST = 9  # behind every verdict


def views_of(folders: Sequence[Path], *, texts: bool = True) -> list[View]:
    """Return the views of some folders, in the order of the page; within a kind in the order given, failed gates first.

    Of several scored runs without a verdict, each is compared with the first that has items of it.

    Raises:
        InputError: a folder is of no kind, or its files do not belong together.
    """
    found = [(kind_of(folder), folder) for given in folders for folder in parts_of(given)]
    found.sort(key=lambda one: list(KINDS).index(one[0]))
    read = [(kind, KINDS[kind].read(folder)) for kind, folder in found]
    runs = (*sorted(read, key=lambda one: weight(one[1]) if one[0] == "verdict" else LAST),)
    place = Place(1, alone=len(runs) == 1, texts=texts, runs=runs)
    views: list[View] = []
    pairs: list[tuple[str, Any, Any]] = []
    for base, candidate in _compared(runs):
        views.append(comparison_view(base, candidate, replace(place, number=len(views) + 1)))
        pairs.append((views[-1].anchor, base, candidate))
    for kind, run in runs:
        views.append(KINDS[kind].view(run, replace(place, number=len(views) + 1, pairs=tuple(pairs))))
        if kind == "verdict" and (both := pair_of(run, place)):
            pairs.append((views[-1].anchor, *both))
    return views


def parts_of(folder: Path) -> list[Path]:
    """Return a folder, or of the folder of an evaluation its gate and its run."""
    inside = [folder / name for name in ("gate", "run")]
    if not (folder / MANIFEST).exists() and any((one / MANIFEST).exists() for one in inside):
        return [one for one in inside if (one / MANIFEST).exists()]
    return [folder]


def _compared(runs: Sequence[tuple[str, Any]]) -> list[tuple[Any, Any]]:
    """Return each scored run with the first before it that has items of it; nothing where a verdict says it all."""
    if any(kind == "verdict" for kind, _ in runs):
        return []
    scored: list[ScoredFolder] = [run for kind, run in runs if kind == "scores"]
    bases = [next((base for base in scored[:place] if base.ids & run.ids), None) for place, run in enumerate(scored)]
    return [(base, run) for base, run in zip(bases, scored, strict=True) if base is not None]


def kind_of(folder: Path) -> str:
    """Return the kind of a folder, by the command that its manifest names.

    Raises:
        InputError: it is no folder of a finished run.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r}", hint="name the --out folder of a run")
    words = [kind.word for kind in KINDS.values()]
    manifest = read_manifest(
        folder,
        [command for kind in KINDS.values() for command in kind.commands],
        run=f"{', '.join(words[:-1])} or {words[-1]}",
        hint=f"name the --out folder of a run, or {AGAIN}",
    )
    return next(name for name, kind in KINDS.items() if manifest["command"] in kind.commands)
