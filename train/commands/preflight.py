"""``thresher preflight DATA --tokenizer PATH``: what training on some files would do, before any model is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.figures import many
from curate.core.command.numbers import Whole
from curate.core.command.terminal import emit, styled

if TYPE_CHECKING:
    from train.preflight import Preflight


@click.command("preflight")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA...")
@click.option("--tokenizer", required=True, type=click.Path(path_type=Path), metavar="PATH",
              help="The model's folder, or one with its tokenizer alone.")  # fmt: skip
@click.option("--template", type=click.Path(path_type=Path), metavar="F",
              help="A chat template to train with; the tokenizer's own if absent.")  # fmt: skip
@click.option("--max-tokens", type=Whole(min=1), metavar="N",
              help="Where rows are cut; what the model sees if absent.")  # fmt: skip
@click.option("--train-on", type=click.Choice(["assistant", "last", "all"]), default="assistant", show_default=True,
              help="Train every answer, the last one, or all tokens.")  # fmt: skip
@click.option("--test", "tests", multiple=True, type=click.Path(path_type=Path), metavar="F",
              help="A file whose rows must stay unseen; may be given again.")  # fmt: skip
@click.option("--no-text", is_flag=True, help="Leave texts of the data out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every finding.")
def command(
    files: tuple[Path, ...],
    *,
    tokenizer: Path,
    template: Path | None,
    max_tokens: int | None,
    train_on: str,
    tests: tuple[Path, ...],
    no_text: bool,
    as_json: bool,
) -> int:
    """Say what training on DATA would do: which tokens are trained, what is cut, what is wrong; exit 1 on errors.

    DATA are files of any layout, or the folder of a curation run, for its training split. No model is loaded, and
    torch is not needed.
    """
    from curate.core.run.canonical import canonical  # noqa: PLC0415 - loaded where there is work
    from train.preflight import Asked, run_preflight  # noqa: PLC0415

    done = run_preflight(Asked(files, tokenizer, template, max_tokens, train_on, tests))  # type: ignore[arg-type]
    if as_json:
        emit(canonical(done.as_object(texts=not no_text)).decode())
    else:
        emit(as_text(done, texts=not no_text))
    return NO if done.errors else DONE


def as_text(done: Preflight, *, texts: bool) -> str:
    """Return what was found as lines for a terminal."""
    from train.guards.shown import as_lines, counts  # noqa: PLC0415 - loaded where there is work
    from train.preview import as_lines as mask_lines  # noqa: PLC0415

    told = done.as_object(texts=False)
    share = told["trained_tokens"] / told["tokens"] if told["tokens"] else 0
    limit = "no limit is known" if done.limit is None else f"{told['truncated']:,} are cut at {done.limit:,}"
    template = f" ({told['template_sha256'][:8]})" if told["template_sha256"] else ""
    source = {
        "generation marks": f"by the template's generation marks{template}",
        "prefix": f"by the prefix rule: the template has no generation marks{template}",
        "text": "by bare text: there is no chat template",
    }[done.encoder.mask_source]
    if done.texts == told["rows"]:
        source = "texts are trained whole"
    lines = [
        f"rows    {told['rows']:,}: {told['median']:,} tokens in the middle, {told['longest']:,} the longest; {limit}",
        f"tokens  {told['tokens']:,}, of which {told['trained_tokens']:,} are trained ({share:.0%})",
        f"labels  {source}",
        "",
        *mask_lines(done.masks, texts=texts),
        "",
        *as_lines(done.findings),
    ]
    found = counts(done.findings)
    verdict = f"{many(found['errors'], 'error')}, {many(found['warnings'], 'warning')}"
    return "\n".join([*lines, styled(f"{verdict}: not ready to train", "red") if done.errors else verdict])
