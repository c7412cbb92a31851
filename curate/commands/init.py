"""``thresher init DIR``: commented starter files, beside whatever is there already."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import click

from curate.core.command.exits import DONE
from curate.core.command.paths import Place
from curate.core.command.terminal import emit
from curate.core.command.words import path_word
from curate.core.run.errors import ConfigError, OutputError
from curate.core.run.version import version
from curate.core.write.whole import replace_whole

_ELSEWHERE = "name another folder, or make room"
_PRINTED = ("--schema", "--augment-schema", "--markdown")
STARTER = {
    "curate.toml": "curate.toml",
    "augment.toml": "augment.toml",
    "eval.toml": "eval.toml",
    "gate.toml": "gate.toml",
    "train.toml": "train.toml",
    ".gitignore": "gitignore",
    ".github/workflows/data.yml": "data.yml",
}


@click.command("init")
@click.argument("folder", default=".", metavar="[DIR]", type=Place())
@click.option("--schema", is_flag=True, help="Print the JSON schema of curate.toml, and write nothing.")
@click.option("--augment-schema", is_flag=True, help="Print the JSON schema of augment.toml, and write nothing.")
@click.option("--markdown", is_flag=True, help="Print the page docs/configuration.md, and write nothing.")
def command(folder: Path, *, schema: bool, augment_schema: bool, markdown: bool) -> int:
    """Write commented starter files: curate.toml, augment.toml, train.toml, eval.toml, gate.toml and more.

    The others are .gitignore and a GitHub workflow. A file that exists is left alone.
    """
    printed = [name for name, wanted in zip(_PRINTED, (schema, augment_schema, markdown), strict=True) if wanted]
    if len(printed) > 1:
        raise ConfigError(f"{' and '.join(printed)} exclude each other", hint="leave one of them out")
    if printed:
        emit(_printed(printed[0]))
        return DONE
    wrote = [write_new(folder / name, starter(source)) for name, source in STARTER.items()]
    if all(wrote):
        step = f"put your rows into {folder / 'raw'}"
    else:
        step = "compare what was left alone with docs/configuration.md"
    raw, config, clean = (path_word(folder / name) for name in ("raw", "curate.toml", "clean"))
    emit(f"next: {step}, then: thresher check {raw} && thresher curate {config} --out {clean}")
    return DONE


def starter(name: str) -> str:
    """Return the text of a starter file; a workflow names the version that wrote it."""
    text = (files("curate") / "starter" / name).read_text(encoding="utf-8")
    found = version()
    return text.replace("@VERSION@", f"@v{found}" if re.fullmatch(r"[0-9.]+", found) else "")


def write_new(path: Path, text: str) -> bool:
    """Write a file that is not there yet, and say what was done; return whether it was written.

    Raises:
        OutputError: the folder cannot be written.
    """
    if path.exists() or path.is_symlink():
        emit(f"left alone {path}, which exists")
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint=_ELSEWHERE) from error
    replace_whole(path, text.encode(), _ELSEWHERE)
    emit(f"wrote {path}")
    return True


def _printed(flag: str) -> str:
    from curate.augment.schema import augment_schema_text  # noqa: PLC0415 - loads Polars, which files do not need
    from curate.commands.configured import configuration_page  # noqa: PLC0415
    from curate.curation.schema import schema_text  # noqa: PLC0415

    pages = {"--schema": schema_text, "--augment-schema": augment_schema_text, "--markdown": configuration_page}
    return pages[flag]()
