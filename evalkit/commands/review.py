"""``thresher review RUN``: a page to rate a sample in; ``--ratings FILE`` takes what people said back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from curate.core.command.exits import DONE
from curate.core.command.numbers import Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit
from curate.core.command.words import path_word
from curate.core.run.errors import ConfigError
from curate.core.write.spared import refuse_target
from curate.core.write.whole import write_whole

_TO_RATE = 150  # rows


@click.command("review")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--output", type=Place(), help="The page to write; RUN/review.html if absent.")
@click.option("--sample", type=Whole(min=1), help="Rows on the page; 150 to rate, all with --flips, if absent.")
@click.option("--seed", type=Whole(min=0), default=0, show_default=True, help="Of sample and intervals.")
@click.option("--metric", metavar="NAME", help="What ratings are held against; what the judge did, if absent.")
@click.option("--rubric", type=click.Path(path_type=Path), help="The questions, where no judge asked them.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="The other answers of judge:pairwise, or those of BASE, if they moved.",
)
@click.option("--predictions", type=click.Path(path_type=Path), help="The predictions of RUN, if they moved.")
@click.option("--flips", metavar="BASE", type=click.Path(path_type=Path), help="Show what changed since this run.")
@click.option("--ratings", multiple=True, type=click.Path(path_type=Path), help="What one person exported; repeatable.")
@click.option("--no-text", is_flag=True, help="Leave texts of the data out of the page; ids and values stay.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(  # noqa: PLR0913 - a flag each
    run: Path,
    *,
    output: Path | None,
    sample: int | None,
    seed: int,
    metric: str | None,
    rubric: Path | None,
    against: Path | None,
    predictions: Path | None,
    flips: Path | None,
    ratings: tuple[Path, ...],
    no_text: bool,
    as_json: bool,
) -> int:
    """Write a sample of a scored run as one offline HTML page to rate in the browser, and take the ratings back.

    The page shows what the judge was shown, and not what it said; rate by keyboard, export, and run again with
    --ratings: Cohen's kappa of people and judge, and of each two people, goes into RUN/agreement.json.
    """
    from evalkit.commands.agreed import as_object, as_text, flips_text  # noqa: PLC0415 - Polars is loaded after the flags
    from evalkit.review.make import flips_page, review_page, taken_back  # noqa: PLC0415

    if flips is not None and ratings:
        raise ConfigError("--flips and --ratings exclude each other", hint="ratings are of the page without --flips")
    if ratings:
        told = taken_back(run, metric, rubric, ratings, seed)
        emit(as_object(told) if as_json else as_text(told, run))
        return DONE
    target = output or run / ("flips.html" if flips else "review.html")
    refuse_target(target, [run, flips, rubric, against, predictions])
    shown: dict[str, Any]
    if flips is not None:
        made, found = flips_page(run, flips, metric, against, predictions, sample, texts=not no_text)
        shown = {"metric": found.metric, "lost": len(found.lost), "won": len(found.won)}
        text = flips_text(found, made.rows, target)
    else:
        made = review_page(run, metric, rubric, against, predictions, sample or _TO_RATE, seed, texts=not no_text)
        shown = {"metric": made.metric}
        equal = f" (none of the {made.equal:,} with two equal answers)" if made.equal else ""
        text = f"wrote {target}: {made.rows:,} rows to rate{equal}. open it in any browser, rate, export; then:"
        text += f" thresher review {path_word(run)}{_named(metric, rubric)} --ratings FILE"
    write_whole(target, made.html, "name another file: --output FILE.html")
    emit(as_object(shown | {"output": str(target), "rows": made.rows}) if as_json else text)
    return DONE


def _named(metric: str | None, rubric: Path | None) -> str:
    """Return the flags that say again what was asked, for those who take the ratings back."""
    flags = ("--metric", metric), ("--rubric", None if rubric is None else path_word(rubric))
    return "".join(f" {flag} {value}" for flag, value in flags if value is not None)
