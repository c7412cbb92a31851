"""``thresher suites [NAME --output items.jsonl]``: the suites there are, and the items of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curate.core.command.exits import DONE
from curate.core.command.numbers import Real, Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit, styled
from curate.core.command.words import path_word
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError, nearest
from curate.core.write.spared import refuse_target
from curate.core.write.whole import write_whole

if TYPE_CHECKING:
    from evalkit.suites.public.hub import Fetched
    from evalkit.suites.suite import Record, Suite

_AT = (100, 500, 2000)
_MARGIN = 0.05
_PATH = click.Path(path_type=Path)


@click.command("suites")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--n", "count", default="auto", show_default=True, help="How many items of each; auto: as the margin needs."
)
@click.option("--margin", type=Real(0.0001, 1), default=_MARGIN, show_default=True,
              help="The max_drop that an equal model should pass.")  # fmt: skip
@click.option("--discordant", type=Real(0, 1, min_open=True), default=0.1, show_default=True,
              help="The share of items on which two models differ.")  # fmt: skip
@click.option("--seed", type=Whole(0), default=7, show_default=True, help="Of the draw.")
@click.option("--from", "origin", metavar="FILE|hub", help="The file of a public suite, or a text, that lies here; "
              "hub, hub@REVISION or hub:REPO[@REVISION]:FILE fetches it.")  # fmt: skip
@click.option("--output", type=Place(), help="Write the items here, as thresher predict --data reads them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    names: tuple[str, ...],
    *,
    count: str,
    margin: float,
    discordant: float,
    seed: int,
    origin: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """List the suites: what a drop in each means, and the difference that its items can show; or write one's items."""
    from evalkit.suites import SUITES  # noqa: PLC0415 - only what is asked for is imported

    for name in names:
        if name not in SUITES:
            raise ConfigError(f"no suite is called {name!r}{nearest(name, list(SUITES))}", hint="thresher suites")
    suites, many = {name: SUITES[name] for name in names or SUITES}, _number(count)
    if output is None:
        if origin is not None:
            raise ConfigError("--from needs a place for the items", hint="--output items.jsonl")
        emit(_json(suites, discordant) if as_json else _text(suites, discordant))
        return DONE
    if not names or (origin is not None and len(names) > 1):
        raise ConfigError("--output takes the name of a suite, and --from that of one alone", hint="thresher suites")
    source, fetched = _source(names[0], suites[names[0]], origin)
    refuse_target(output, [source])
    items = {name: _items(suite, source, many, margin, discordant, seed) for name, suite in suites.items()}
    _write(output, [item for own in items.values() for item in own])
    told = {name: _shown(suites[name], len(own), margin, discordant) for name, own in items.items()}
    if as_json:
        whole = {"schema_version": SCHEMA_VERSION, "output": output.as_posix(), "suites": told}
        emit(canonical(whole | ({} if fetched is None else {"source": fetched.told()})).decode())
    else:
        if fetched is not None:
            emit(f"{fetched.file} of {fetched.repo} at {fetched.revision}, sha256 {fetched.sha256}")
        emit("\n".join([*(_sentence(name, one) for name, one in told.items()), _next(output, suites)]))
    return DONE


def _source(name: str, suite: Suite, origin: str | None) -> tuple[Path | None, Fetched | None]:
    """Return the file that ``--from`` names; one of the hub is fetched."""
    from evalkit.suites.public.hub import fetched, is_hub  # noqa: PLC0415

    if origin is None or not is_hub(origin):
        return None if origin is None else Path(origin), None
    if suite.kind != "public":
        raise ConfigError(f"the suite {name} is not on the hub", hint="leave --from out")
    found = fetched(name, origin)
    return found.path, found


def _number(count: str) -> int | None:
    """Return the number of items; None where the margin says it."""
    if count == "auto":
        return None
    if count.isdecimal() and int(count) > 0:
        return int(count)
    raise ConfigError(f"--n takes a number of items or auto, not {count!r}")


def _items(
    suite: Suite, source: Path | None, count: int | None, margin: float, discordant: float, seed: int
) -> list[Record]:
    from evalkit.suites.items import drawn, sized  # noqa: PLC0415

    wanted = count or sized(margin, discordant)
    if suite.kind in ("procedural", "written"):
        if source is not None:
            raise ConfigError(f"the suite {suite.name} is made here, not read from a file", hint="leave --from out")
        return drawn(suite, min(wanted, suite.size or wanted) if count is None else wanted, seed)
    from evalkit.suites.loaded import loaded  # noqa: PLC0415

    return loaded(suite, source, count, seed)


def _write(output: Path, items: list[Record]) -> None:
    import orjson  # noqa: PLC0415

    output.parent.mkdir(parents=True, exist_ok=True)
    lines = b"".join(orjson.dumps(item, option=orjson.OPT_SORT_KEYS) + b"\n" for item in items)
    write_whole(output, lines, "name another file: --output F.jsonl")


def _shown(suite: Suite, count: int, margin: float, discordant: float) -> dict[str, Any]:
    from evalkit.suites.items import detects, sized  # noqa: PLC0415

    if suite.kind == "text":
        return {"items": count, "metrics": list(suite.metrics)}
    return {
        "items": count,
        "metrics": list(suite.metrics),
        "detects": round(detects(count, discordant), 4),
        "margin": margin,
        "needed_n": sized(margin, discordant),
        "discordant": discordant,
    }


def _sentence(name: str, shown: dict[str, Any]) -> str:
    items, show = ("item", "shows") if shown["items"] == 1 else ("items", "show")
    told = f"{name}: {shown['items']:,} {items}"
    if "detects" not in shown:
        return told
    told += f", which {show} a difference of {shown['detects']:.1%} ({shown['discordant']:.0%} discordant)"
    if shown["items"] < shown["needed_n"]:
        told += f"; a margin of {shown['margin']:.1%} needs {shown['needed_n']:,}"
    return told


def _next(output: Path, suites: dict[str, Suite]) -> str:
    metrics = ",".join(dict.fromkeys(metric for suite in suites.values() for metric in suite.metrics))
    run = f"thresher predict --data {path_word(output.as_posix())} --model SPEC --out RUN"
    return f"next: {run} && thresher score RUN --metrics {metrics}"


def _told(suite: Suite, discordant: float) -> dict[str, Any]:
    from evalkit.suites.items import detects  # noqa: PLC0415

    sizes = [n for n in _AT if suite.size is None or n < suite.size] + ([suite.size] if suite.size else [])
    return {
        "kind": suite.kind,
        "sees": suite.sees,
        "licence": suite.licence,
        "size": suite.size,
        "metrics": list(suite.metrics),
        "detects": {str(n): round(detects(n, discordant), 4) for n in sizes} if suite.kind != "text" else {},
    }


def _json(suites: dict[str, Suite], discordant: float) -> str:
    told = {name: _told(suite, discordant) for name, suite in suites.items()}
    return canonical({"schema_version": SCHEMA_VERSION, "discordant": discordant, "suites": told}).decode()


def _text(suites: dict[str, Suite], discordant: float) -> str:
    lines = [line for suite in suites.values() for line in [*_lines(suite, discordant), ""]]
    told = f"A difference is shown four times in five, where {discordant:.0%} of the items differ between two models."
    return "\n".join([*lines, told, "thresher suites NAME --n 500 --seed 7 --output items.jsonl"])


def _lines(suite: Suite, discordant: float) -> list[str]:
    told = _told(suite, discordant)
    size = f"{suite.size:,} items" if suite.size else "any number of items" if suite.make else "as many as its file has"
    shows = ", ".join(f"{share:.1%} at {int(n):,}" for n, share in told["detects"].items())
    return [
        f"{styled(suite.name, 'bold')}  ({suite.kind}; {size}; licence: {suite.licence}; {', '.join(suite.metrics)})",
        f"  {suite.sees}",
        *([f"  shows {shows}"] if shows else []),
    ]
