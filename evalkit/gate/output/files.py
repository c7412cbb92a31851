"""What a gate writes: ``verdict.json``, ``junit.xml``, ``summary.md`` and a manifest in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.counts import all_kept
from curate.core.run.errors import OutputError
from curate.core.run.version import version, versions
from curate.core.write.folder import OutputFolder, output_folder, sha256_of
from curate.core.write.whole import replace_whole
from evalkit.gate.output.junit import as_junit
from evalkit.gate.output.summary import as_markdown
from evalkit.gate.runs.run import Run
from evalkit.gate.verdict import Verdict

VERDICT, JUNIT, SUMMARY = "verdict.json", "junit.xml", "summary.md"
_ANOTHER = "name another file"
_OWN = (VERDICT, JUNIT, SUMMARY)


@contextmanager
def verdict_folder(out: Path | None, judged: Sequence[Path]) -> Iterator[OutputFolder | None]:
    """Give the locked folder of a verdict that is still to be found, without an older one; None where none is named.

    ``judged`` are the runs: nothing is written into them.

    Raises:
        OutputError: the folder is a run's, or cannot be written.
    """
    if out is None:
        yield None
        return
    if any(out.resolve() == path.resolve() for path in judged):
        raise OutputError(f"{out} is the folder of a run that is judged", hint="name a folder of its own: --out DIR")
    with output_folder(out, "gate") as folder:
        folder.remove(_OWN)
        yield folder


def write_verdict(
    verdict: Verdict, folder: OutputFolder, runs: list[Run], config: dict[str, Any], rules: Sequence[Path]
) -> None:
    """Write a verdict, and the manifest after it.

    ``runs`` are the candidate, whose items are counted, and the baselines; ``rules`` the files that it was judged by:
    limits, and waivers and tainted items where there are any.
    """
    write_json(folder.file(VERDICT), verdict.as_object())
    folder.file(JUNIT).write_text(as_junit(verdict), encoding="utf-8")
    folder.file(SUMMARY).write_text(as_markdown(verdict), encoding="utf-8")
    outputs = [_told(folder.file(name), name) for name in _OWN]
    folder.publish(_OWN, own=())
    folder.finish(
        {
            "thresher": version(),
            "schema_version": SCHEMA_VERSION,
            "command": "gate",
            "config": config,
            "seed": verdict.settings["seed"],
            "inputs": [
                *(file | {"rows": None} for run in runs for file in run.files),
                *(_told(path, path.as_posix()) for path in rules),
            ],
            "outputs": outputs,
            "counts": all_kept(runs[0].name, len(runs[0].rows)),
            "verdict": verdict.said,
            "versions": versions(),
        }
    )


def write_text(path: Path, text: str) -> None:
    """Write a file that a flag names; the summary of a GitHub job is added to, as its other steps do.

    Raises:
        OutputError: it cannot be written.
    """
    if os.environ.get("GITHUB_STEP_SUMMARY") != str(path):
        replace_whole(path, text.encode(), _ANOTHER)
        return
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint=_ANOTHER) from error


def _told(path: Path, name: str) -> dict[str, Any]:
    sha256, size = sha256_of(path)
    return {"path": name, "sha256": sha256, "bytes": size, "rows": None}
