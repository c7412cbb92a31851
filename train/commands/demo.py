"""``thresher demo [DIR]``: a small project with sample data, and the whole flow run on it, offline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import chdir
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from shlex import quote

import click

from curate.core.command.door import call
from curate.core.command.exits import CANNOT, DONE
from curate.core.command.paths import Place
from curate.core.command.terminal import emit, styled
from curate.core.run.errors import OutputError
from curate.core.write.manifest import MANIFEST
from curate.core.write.whole import replace_whole

MARK = ".thresher-demo"  # says that a folder is ours to write into again
OUT = "clean"
TUNING = "tuning"
_ELSEWHERE = "name another folder: thresher demo DIR"
ROWS = ("raw/support.jsonl:16", "act-006")  # a near-duplicate, by its place; a broken tool call, by its id
TOUR = (
    ("check", "raw/"),
    ("curate", "curate.toml", "--out", OUT),
    *(("explain", OUT, row) for row in ROWS),
)
METRICS = "exact_match,json_valid"
JUDGED = (
    ("score", "base", "--metrics", METRICS),
    ("score", "tuned", "--metrics", METRICS),
    ("compare", "base", "tuned"),
    ("gate", "tuned", "--baseline", "base", "--limits", "gate.toml", "--out", "verdict"),
)


@click.command("demo")
@click.argument("folder", default="thresher-demo", metavar="[DIR]", type=Place())
@click.option("--replay", is_flag=True, help="Take written answers, and train nothing, although torch is there.")
def command(folder: Path, *, replay: bool) -> int:
    """Write a small project with sample data into DIR and run the whole flow on it, from check to the gate.

    With the extra `train` a tiny model is made and tuned; without it written answers stand in for it. Nothing is
    fetched. A file that you changed since the last demo is left as it is.
    """
    _prepare(folder)
    _lay_out(files("curate") / "demo", folder)
    _lay_out(files("train") / "demo" / TUNING, folder / TUNING)
    emit(f"wrote {folder}: sample data with flaws ({folder / 'README.md'} says which), and a curate.toml")
    code = _run(folder, TOUR) or _tuned(folder / TUNING, replay=replay)
    if code >= CANNOT:
        return code
    pages = (folder / OUT / "report.html", folder / TUNING / "report.html")
    emit(f"\nThe page of the data is {pages[0]}, that of the model {pages[1]}: open them in a browser.")
    emit(f"next: cd {quote(str(folder))}, change curate.toml, and: thresher curate curate.toml --out {OUT}")
    emit("for data of your own: thresher check FILES, or thresher init for a commented configuration")
    return DONE


def _run(folder: Path, commands: Iterable[Sequence[str]]) -> int:
    """Run commands in the folder and show each; return the exit code of the first that cannot run, else 0."""
    with chdir(folder):
        for words in commands:
            emit(styled(f"\n$ thresher {' '.join(words)}", "bold"))
            code = call(*words)
            if code >= CANNOT:
                return code
    return DONE


def _tuned(folder: Path, *, replay: bool) -> int:
    """Clean tickets, tune a model on them, and judge it; or judge written answers where nothing can be trained."""
    curated = ("curate", "tickets.jsonl", "--protect", "items.jsonl", "--out", "clean", "--quiet")
    if replay or not _can_train():
        why = "as asked" if replay else "since torch is not installed: pip install 'thresher[train]'"
        emit(f"\nNo model is trained ({why}): answers that were written for this stand in for it.")
        steps: list[tuple[str, ...]] = [curated]
        models = {"base": "replay:answers/base.jsonl", "tuned": "replay:answers/tuned.jsonl"}
    else:
        from train.demo.tiny import make_model  # noqa: PLC0415 - torch is loaded only by those who need it

        emit("\nA tiny model is made, which knows the shop and reads no ticket.")
        make_model(folder)
        again = ["--resume"] if (folder / "adapter" / MANIFEST).exists() else []
        steps = [curated, ("train", "train.toml", "--out", "adapter", "--quiet", *again)]
        models = {"base": "local:model", "tuned": "local:model+adapter/adapter"}
    for name, model in models.items():
        steps.append(
            ("predict", "--data", "items.jsonl", "--model", model, "--max-tokens", "32", "--out", name, "--quiet")
        )
    shown = ("report", "clean", "base", "tuned", "verdict", "--output", "report.html")
    return _run(folder, [*steps, *JUDGED, shown])


def _can_train() -> bool:
    return all(find_spec(name) is not None for name in ("torch", "transformers", "peft"))


def _prepare(folder: Path) -> None:
    """Make the folder, or see that it is empty or that a demo wrote it.

    Raises:
        OutputError: it is not ours, or cannot be written.
    """
    try:
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
            some = ", ".join(sorted(entry.name for entry in folder.iterdir())[:3])
            raise OutputError(f"{folder} holds files that no demo wrote ({some})", hint=_ELSEWHERE)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}", hint=_ELSEWHERE) from error


def _lay_out(source: Traversable, target: Path) -> None:
    """Copy a folder of the package, without writing over what the user changed."""
    target.mkdir(exist_ok=True)
    for entry in source.iterdir():
        place = target / entry.name
        if entry.is_dir():
            _lay_out(entry, place)
        elif not place.exists():
            replace_whole(place, entry.read_bytes(), _ELSEWHERE)  # half a file would be one that the user changed
        elif place.read_bytes() != entry.read_bytes():
            emit(f"left alone {place}, which you changed; remove it to get the first one back")
