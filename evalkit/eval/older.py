"""What an older evaluation left in the folder of a new one, which may fail before it has a verdict of its own."""

from __future__ import annotations

from pathlib import Path

from curate.core.write.folder import output_folder
from curate.core.write.manifest import manifest_of
from evalkit.eval.flags import COMPARED, GATE
from evalkit.gate.output.files import JUNIT, SUMMARY, VERDICT

_COMPARISON = b"## ", " → ".encode()  # `## base → candidate`
_PAGE = b"<!doctype html>", b" Thresher</title>"
_SEEN = 8192  # bytes of a file, within which these stand


def remove_older(out: Path, page: str | None, *, judged: bool) -> None:
    """Remove verdict, comparison and page of an older evaluation; files that are not ours stay.

    Raises:
        OutputError: the folder of the verdict is not ours to write, where there is to be one (``judged``).
    """
    gate = out / GATE
    told = manifest_of(gate)
    if gate.is_dir() and (judged or (told is not None and told.get("command") == "gate")):
        with output_folder(gate, "gate") as folder:
            for name in (VERDICT, JUNIT, SUMMARY):
                (gate / name).unlink(missing_ok=True)
            folder.abandon()
    _remove(out / COMPARED, *_COMPARISON)
    if page is not None:
        _remove(out / page, *_PAGE)


def _remove(path: Path, start: bytes, within: bytes) -> None:
    """Remove a file that begins as we write it."""
    if not path.is_file():
        return
    with path.open("rb") as stream:
        head = stream.read(_SEEN)
    if head.startswith(start) and within in head:
        path.unlink()
