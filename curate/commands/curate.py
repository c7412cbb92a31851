"""``thresher curate CONFIG.toml|FILES... --out DIR``: the curation run."""

from __future__ import annotations

import os
from pathlib import Path

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.numbers import Whole
from curate.core.command.paths import Named, Place
from curate.core.command.terminal import emit
from curate.core.run.aside import aside
from curate.core.run.errors import ConfigError

_PASSED = """note: --memory-limit {limit} was passed: the run took {peak:,.0f} MB
  hint: the program, and what it knows of each row, stay in memory; allow more, or curate the files one after the other
        with --write-index, each --against the ones before
"""


@click.command("curate")
@click.argument("inputs", nargs=-1, required=True, metavar="CONFIG.toml|FILES...")
@click.option("--out", type=Place(), help="Folder to write; needed unless --dry-run.")
@click.option("--dry-run", is_flag=True, help="Mark, count and show; write nothing.")
@click.option("--set", "assignments", multiple=True, metavar="a.b=value", help="Change a setting; repeatable.")
@click.option("--layout", metavar="L", help="The layout of the files; detected if absent.")
@click.option(
    "--map", "names", multiple=True, metavar="ours=theirs", help="Our field names to theirs: --map prompt=question."
)
@click.option(
    "--protect",
    type=Named(),
    multiple=True,
    metavar="F",
    help="A file that must stay unseen; repeatable. Rows in it go.",
)
@click.option(
    "--against",
    type=Named(),
    multiple=True,
    metavar="RUN|INDEX",
    help="Drop what an earlier run kept already: its folder, or its index; repeatable.",
)
@click.option("--write-index", is_flag=True, help="Write index.parquet, for --against of later runs.")
@click.option("--limit", type=Whole(min=1), help="Read only the first N rows.")
@click.option("--memory-limit", metavar="2GB", help="Keep the run's memory below this.")
@click.option("--threads", type=Whole(min=1), help="Blocks of rows worked on at once, up to 32; one a core by default.")
@click.option("--engine", default="local", show_default=True, help="Where the run takes place.")
@click.option("--strict", is_flag=True, help="Exit 1 if any row cannot be read or breaks its layout.")
@click.option(
    "--no-records",
    is_flag=True,
    help="Leave the rows themselves out of dropped.jsonl, and words of them out of details.",
)
@click.option(
    "--no-text", is_flag=True, help="Leave texts of the data out of what is shown, reported, and said in details."
)
@click.option("--no-report", is_flag=True, help="Write no report.html.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@click.option("--block-bytes", type=Whole(min=1), hidden=True, help="Bytes of lines read together.")
def command(  # noqa: PLR0913 - a flag each
    inputs: tuple[str, ...],
    *,
    out: Path | None,
    dry_run: bool,
    assignments: tuple[str, ...],
    layout: str | None,
    names: tuple[str, ...],
    protect: tuple[str, ...],
    against: tuple[str, ...],
    write_index: bool,
    limit: int | None,
    memory_limit: str | None,
    threads: int | None,
    engine: str,
    strict: bool,
    no_records: bool,
    no_text: bool,
    no_report: bool,
    as_json: bool,
    quiet: bool,
    block_bytes: int | None,
) -> int:
    """Clean, deduplicate and split raw JSONL; write what happened to every row.

    Given a configuration, it does what that says; given files, it runs the default preset and splits 90/5/5.
    """
    if out is None and not dry_run:
        raise ConfigError("curate needs a folder to write", hint="--out DIR, or --dry-run to only look")
    if engine != "local":
        raise ConfigError(f"no engine is called {engine!r}; there is local")
    if threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(threads)  # read once, when Polars is imported below
    if memory_limit is not None:  # read once, too: memory that Polars lets go shall be the system's at once
        os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
    from curate.check.asked import field_names  # noqa: PLC0415
    from curate.commands.curated import as_object, as_text  # noqa: PLC0415 - after the number of threads is known
    from curate.core.command.door import call  # noqa: PLC0415
    from curate.core.run.memory import byte_count, peak_bytes  # noqa: PLC0415
    from curate.core.run.workers import cores  # noqa: PLC0415
    from curate.curation.config import beside_earlier, config_of_files, load_config, protecting  # noqa: PLC0415
    from curate.curation.run import Options, run_curation  # noqa: PLC0415

    changes = list(assignments)
    changes += ["output.records=false"] if no_records else []
    changes += ["limits.max_unreadable=0.0"] if strict else []
    tables = [one for one in inputs if one.endswith(".toml")]
    if tables and len(inputs) > 1:
        raise ConfigError("curate takes one configuration, or files, not both", hint=f"name the files in {tables[0]}")
    if tables:
        if layout or names:
            raise ConfigError("--layout and --map go with files", hint=f"write them in {tables[0]}: [[input.files]]")
        base = Path(tables[0]).resolve().parent
        config = protecting(load_config(Path(tables[0]), changes), [os.path.relpath(path, base) for path in protect])
    else:
        config, base = config_of_files(list(inputs), changes, layout, field_names(names), protect), Path.cwd()
    config = beside_earlier(config, [os.path.relpath(path, base) for path in against], write_index=write_index)
    most = byte_count(memory_limit) if memory_limit is not None else None
    options = Options(
        memory_limit=most,
        threads=threads or cores(),
        block_bytes=block_bytes,
        limit=limit,
        texts=not no_text,
        quiet=quiet,
    )
    folder = None if dry_run else out

    def reported() -> None:
        if most is not None and (peak := peak_bytes() or 0) > most:
            aside(_PASSED.format(limit=memory_limit, peak=peak / 1e6))
        if folder is not None and not no_report:
            flags = ["--no-text"] if no_text else []
            call("report", "--output", str(folder / "report.html"), "--quiet", *flags, "--", str(folder))

    outcome = run_curation(config, base, folder, options, reported)
    emit(as_object(outcome) if as_json else as_text(outcome, dry_run=dry_run, texts=not no_text))
    return NO if outcome.broken else DONE
