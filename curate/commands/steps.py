"""``thresher steps``: every step with its knobs, its reasons, and what a mark does by default."""

from __future__ import annotations

import click

from curate.augment.told.described import DescribedAugment, described_augments
from curate.core.command.exits import DONE
from curate.core.command.markdown import prose, settings_table, table
from curate.core.command.terminal import emit, styled
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError
from curate.steps.described import Described, described_steps

_HEAD = """# Steps

What a curation can do with rows. A step marks rows with a reason; a mark drops the row or warns of it. Proofs drop,
guesses warn: a reason that can be wrong about a good row only warns, until you say otherwise.

Every step takes these settings besides its own:

- `action`: `"drop"` or `"warn"`. With `"warn"` its marks only warn, but for those that `drop` names.
- `drop`: a list of its reasons that drop the row although they only warn by default.

The steps of the preset run unless `[[steps]]` lists others; `[defaults.STEP]` changes the settings of one of them:

```toml
[defaults.near_duplicates]
threshold = 0.85
drop = ["same_prompt"]
```

`thresher steps --markdown` writes this page. Steps that make rows are [at its end](#steps-that-make-rows).
"""

_MAKING = """
## Steps that make rows

What `thresher augment` can do ([New rows](augment.md)). A row that a step makes passes every gate of the run it comes
from. Every one of these steps takes, besides its own settings:

- `name`: STEP in the new rows' ids, `PARENT~STEP.K`; its `use`, if absent. Two steps of one kind need two names.
- `sample`: a share (up to 1) or a number of the training rows that are its seeds, drawn; all, if absent.
"""


@click.command("steps")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page docs/steps.md.")
def command(*, as_json: bool, as_markdown: bool) -> int:
    """List the steps of a curation, and those that make rows: what they do, their knobs, their reasons."""
    if as_json and as_markdown:
        raise ConfigError("--json and --markdown exclude each other", hint="leave one of them out")
    steps, making = described_steps(), described_augments()
    emit(_json(steps, making) if as_json else (_markdown if as_markdown else _text)(steps, making))
    return DONE


def _json(steps: list[Described], making: list[DescribedAugment]) -> str:
    told = {"steps": [step.as_json() for step in steps], "augments": [step.as_json() for step in making]}
    return canonical({"schema_version": SCHEMA_VERSION, **told}).decode()


def _place(step: Described) -> str:
    return f"in preset {', '.join(step.presets)}" if step.presets else "off unless listed"


def _cost(step: DescribedAugment) -> str:
    return "asks a model" if step.asks else "free"


def _text(steps: list[Described], making: list[DescribedAugment]) -> str:
    lines = []
    for step in steps:
        lines.append(f"{styled(step.use, 'bold')}  ({_place(step)}; action {step.action})")
        lines.append(f"  {step.does.replace('``', '')}")
        lines += [f"    {f'{k.name} = {k.shown}':<30} {k.kind}. {k.description}" for k in step.knobs]
        for word, sentence in step.reasons.items():
            action = step.by_default[word]
            mark = styled(f"{action:<5}", "red" if action == "drop" else "yellow")
            lines.append(f"    {mark}{word:<25} {sentence}")
        lines.append("")
    lines += ["settings go to [defaults.STEP] of the configuration; thresher init writes one", ""]
    for one in making:
        lines.append(f"{styled(one.use, 'bold')}  (makes rows of origin {one.origin}; {_cost(one)})")
        lines.append(f"  {one.does.replace('``', '')}")
        lines += [f"    {f'{k.name} = {k.shown}':<30} {k.kind}. {k.description}" for k in one.knobs]
        lines += [f"    no row: {word:<21} {sentence}" for word, sentence in one.faults.items()]
        lines.append("")
    return "\n".join([*lines, "these go to [[steps]] of augment.toml, for thresher augment"])


def _markdown(steps: list[Described], making: list[DescribedAugment]) -> str:
    rows = [[f"[`{step.use}`](#{step.use})", prose(step.does), step.action, _place(step)] for step in steps]
    parts = [_HEAD, table(["step", "what it does", "action", "where"], rows)]
    for step in steps:
        parts += [f"\n## {step.use}\n", prose(step.does)]
        if step.knobs:
            parts += ["", settings_table(step.knobs)]
        if step.reasons:
            reasons = [[f"`{word}`", step.by_default[word], prose(text)] for word, text in step.reasons.items()]
            parts += ["", table(["reason", "by default", "what it says"], reasons)]
    told = [[f"[`{one.use}`](#{one.use})", prose(one.does), one.origin, _cost(one)] for one in making]
    parts += [_MAKING, table(["step", "what it does", "origin of its rows", "cost"], told)]
    for one in making:
        parts += [f"\n## {one.use}\n", prose(one.does), "", settings_table(one.knobs)]
        faults = [[f"`{word}`", prose(text)] for word, text in one.faults.items()]
        parts += ["", table(["fault", "why there is no row"], faults)] if faults else []
    return "\n".join(parts)
