"""A folder to a run: its manifest and its stats, checked before a word is written about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reports.curation.files import Manifest, Stats
from reports.curation.made import Asking, Durations
from reports.curation.whole import missing_of
from reports.files import Folder, open_folder

STATS, VIEW = "stats.json", "run.json"
AGAIN = "run `thresher curate ... --out DIR` again, then report it"


@dataclass(frozen=True)
class Run:
    """A finished curation run with the folder that it lies in."""

    folder: Folder
    manifest: Manifest
    stats: Stats
    chat: dict[str, Asking]  # by the table of the configuration; nothing where no model was asked
    missing: tuple[str, ...] = ()  # outputs that are not in the folder any more

    @property
    def protects(self) -> bool:
        """Say whether files were named that must stay unseen."""
        return any(one.protected for one in self.manifest.inputs)

    def looked(self, step: str) -> bool:
        """Say whether a step was part of the run."""
        return any(stage.step == step for stage in self.stats.flow)


def read_run(path: Path) -> Run:
    """Return the run of a folder that ``thresher curate`` or ``thresher augment`` wrote.

    Raises:
        InputError: it holds none, or one of which a file was changed.
    """
    folder = open_folder(path, AGAIN)
    manifest = folder.told(Manifest)
    stats = folder.model(STATS, Stats)
    missing = missing_of(path, manifest.outputs, AGAIN)
    durations = folder.view(VIEW, Durations)
    return Run(folder, manifest, stats, {} if durations is None else durations.chat, missing)
