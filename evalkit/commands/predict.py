"""``thresher predict --data F.jsonl --model SPEC --out DIR``: answers of an endpoint, of local weights, or a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.numbers import Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit, harmless, inert
from curate.core.command.words import path_word
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError

if TYPE_CHECKING:
    from evalkit.answers.run import Predicted

_SHOWN = 3
_HELP = "thresher predict --help lists the options"
_PATH = click.Path(path_type=Path)
_LOCAL = ("dtype", "device", "batch_size", "window", "stride")
_FIELDS = ("id", "prompt", "reference", "choices", "answer", "cluster")


def _temperature(_: click.Context, __: click.Parameter, value: str) -> float | None:
    """Return a number, or None for the endpoint's own."""
    try:
        return None if value == "default" else float(value)
    except ValueError:
        raise ConfigError(f"--temperature {value!r} is neither a number nor 'default'") from None


@click.command("predict")
@click.option("--data", required=True, type=_PATH, help="The items: rows of any layout, or prompts with references.")
@click.option("--model", "spec", required=True, metavar="SPEC", help="openai:NAME, local:PATH[+ADAPTER], replay:FILE.")
@click.option("--out", type=Place(), help="Folder to write.")
@click.option("--base-url", metavar="URL", help="The endpoint; OpenAI's own if absent.")
@click.option("--chat", "chat_file", type=_PATH, help="A TOML file with the table [chat]: key, budget, prices, limits.")
@click.option(
    "--set", "assignments", multiple=True, metavar="a.b=value", help="Change a setting of [chat]; repeatable."
)
@click.option("--cache", help="The file that keeps answers; the user's own if absent.")
@click.option("--max-tokens", type=Whole(min=1), default=512, show_default=True, help="Most tokens an answer.")
@click.option("--temperature", default="0", show_default=True, callback=_temperature, help="Or: default.")
@click.option("--seed", type=Whole(min=0), help="Of the draws.")
@click.option("--stop", multiple=True, metavar="TEXT", help="A text that ends an answer; repeatable.")
@click.option("--samples", type=Whole(min=1), default=1, show_default=True, help="Answers to each item.")
@click.option("--system", metavar="TEXT", help="A system message for items without one.")
@click.option("--template", metavar="FILE|none", help="A chat template for local weights; none: bare texts.")
@click.option("--logprobs", is_flag=True, help="Take the log-likelihood of each reference too (perplexity).")
@click.option("--no-answers", is_flag=True, help="Take log-likelihoods only.")
@click.option("--dtype", type=click.Choice(["auto", "float32", "bfloat16", "float16"]), help="Of local weights.")
@click.option("--device", help="cpu or cuda; what there is if absent.")
@click.option("--batch-size", type=Whole(min=1), help="Rows at once on local weights; 16 if absent.")
@click.option("--window", type=Whole(min=2), help="Tokens seen at once for log-likelihoods.")
@click.option("--stride", type=Whole(min=1), help="Tokens by which the window slides; half of it if absent.")
@click.option("--id-field", metavar="F", help="The field that names an item; id if absent.")
@click.option("--prompt-field", metavar="F", help="The field with the prompt, a text or messages.")
@click.option("--reference-field", metavar="F", help="The field with the wanted answer, or a list of several.")
@click.option("--choices-field", metavar="F", help="The field with the choices of a question; choices if absent.")
@click.option("--answer-field", metavar="F", help="The right choice: its place from 0, its letter, or its text.")
@click.option("--cluster-field", metavar="F", help="The field that says which items belong together.")
@click.option("--ledger", type=_PATH, help="A curation run, whose clusters the items have.")
@click.option("--slice", "slices", multiple=True, metavar="F", help="A field to score apart later; repeatable.")
@click.option("--prediction-field", metavar="F", default="prediction", help="Of a replayed file.")
@click.option("--replay-id-field", metavar="F", default="id", help="Of a replayed file.")
@click.option("--limit", type=Whole(min=1), help="Only the first N items.")
@click.option(
    "--times", is_flag=True, help="Write the seconds of each answer of an endpoint; no longer the same bytes."
)
@click.option("--dry-run", is_flag=True, help="Say what an endpoint would cost; send nothing.")
@click.option("--no-text", is_flag=True, help="Show no text of the data.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(
    *,
    data: Path,
    spec: str,
    out: Path | None,
    limit: int | None,
    dry_run: bool,
    no_text: bool,
    as_json: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Ask a model for an answer to every item, and keep what failed as a fault.

    A run that was stopped is simply run again: what was answered comes from the cache. Exit 1 where nothing was
    answered, 2 where the budget is reached.
    """
    from curate.core.run.progress import Progress  # noqa: PLC0415 - Polars is loaded after the flags are read
    from curate.core.run.settings import validate  # noqa: PLC0415
    from evalkit.answers import Asking, Generation, ReplayFields  # noqa: PLC0415
    from evalkit.answers.items import ItemFields  # noqa: PLC0415
    from evalkit.answers.run import Data, plan, run_predictions  # noqa: PLC0415

    given = {name: flags.get(f"{name}_field") for name in _FIELDS}
    fields = ItemFields(**given, slices=flags["slices"])
    what = Data(data, fields, flags["ledger"], limit)
    wanted = {"answers": not flags["no_answers"], "likelihoods": flags["logprobs"]}
    names = ("max_tokens", "temperature", "seed", "stop", "samples", "system", "template")
    generation = validate(Generation, wanted | {name: flags[name] for name in names}, "predict", _HELP)
    chat, folder = _chat(flags)
    asking = Asking(
        generation,
        chat,
        {name: flags[name] for name in _LOCAL if flags[name] is not None},
        ReplayFields(flags["replay_id_field"], flags["prediction_field"]),
        folder,
        times=flags["times"],
    )
    if dry_run:
        estimate = plan(what, spec, asking)
        estimate = replace(estimate, examples=()) if no_text else estimate
        told = {"schema_version": SCHEMA_VERSION} | estimate.as_json()
        emit(canonical(told).decode() if as_json else estimate.text())
        return DONE
    if out is None:
        raise ConfigError("predict needs a folder to write", hint="--out DIR")
    with Progress(quiet=quiet) as progress:
        predicted = run_predictions(what, spec, out, asking, progress)
    emit(_object(predicted) if as_json else _text(predicted, texts=not no_text))
    return DONE if predicted.answered or not generation.answers else NO


def _chat(flags: dict[str, Any]) -> tuple[dict[str, Any], Path]:
    """Return the table [chat] of a file, as flags change it, and the folder that its paths are relative to."""
    from curate.core.run.settings import override, read_toml  # noqa: PLC0415

    file: Path | None = flags["chat_file"]
    tables = {} if file is None else read_toml(file)
    chat = tables.get("chat", tables)
    for name in ("base_url", "cache"):
        if flags[name] is not None:
            chat = chat | {name: str(Path(flags[name]).absolute()) if name == "cache" else flags[name]}
    return override(chat, flags["assignments"]), Path.cwd() if file is None else file.resolve().parent


def _object(predicted: Predicted) -> str:
    told = {name: predicted.manifest[name] for name in ("counts", "model", "outputs")}
    return canonical(told | {"schema_version": SCHEMA_VERSION, "out": str(predicted.out)}).decode()


def _text(predicted: Predicted, *, texts: bool) -> str:
    counts = predicted.manifest["counts"]
    lines = [f"{predicted.answered:,} of {counts['kept']:,} rows have an answer"]
    lines += [f"  {kind}: {count:,}" for kind, count in counts["by_fault"].items()]
    lines += [f"  no log-likelihood, {kind}: {count:,}" for kind, count in counts["likelihoods_by_fault"].items()]
    lines += [harmless(line) for line in predicted.summary]
    lines += [f"{inert(name, 40)}: {inert(said, 100)}" for name, said in predicted.answers[:_SHOWN] if texts]
    following = f"thresher score {path_word(predicted.out)} --metrics exact_match"
    return "\n".join([*lines, "", f"wrote {predicted.out}. next: {following}"])
