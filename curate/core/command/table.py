"""The commands, with a line of help each; the module of a command is imported when it is called."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """Where a command lives, and what it does."""

    module: str  # has a click command called ``command``
    help: str
    first: bool = False  # stands at the top of `thresher --help`


COMMANDS: dict[str, Command] = {
    "check": Command(
        "curate.commands.check", "Say what is wrong with JSONL files, with file, line and column.", first=True
    ),
    "curate": Command(
        "curate.commands.curate", "Clean, deduplicate and split raw JSONL; explain every row.", first=True
    ),
    "explain": Command("curate.commands.explain", "Tell the whole history of one row.", first=True),
    "eval": Command("evalkit.commands.eval", "Answer, score, compare and judge by one configuration.", first=True),
    "gate": Command("evalkit.commands.gate", "Say whether a model may ship: pass, fail or inconclusive.", first=True),
    "report": Command("reports.command", "Make one offline HTML page of data, scores and verdicts.", first=True),
    "predict": Command(
        "evalkit.commands.predict", "Ask a model, local weights or a file for answers; keep what failed."
    ),
    "score": Command("evalkit.commands.score", "Score predictions; every number says how it was made."),
    "leaks": Command("curate.commands.leaks", "Say which training rows stand in files that must stay unseen."),
    "augment": Command("curate.commands.augment", "Make more rows from good ones; they pass the same gates."),
    "compare": Command("evalkit.commands.compare", "Show what changed between two scored runs: scores, flips, slices."),
    "review": Command("evalkit.commands.review", "Write a page to rate answers in, and take the ratings back: kappa."),
    "demo": Command("curate.commands.demo", "Write a small project with sample data and run the main job on it."),
    "init": Command("curate.commands.init", "Write commented starter files."),
    "cache": Command("curate.commands.cache", "Show, or shrink, the file of language models' replies."),
    "steps": Command("curate.commands.steps", "List the steps of a curation, their knobs and reasons."),
    "metrics": Command("evalkit.commands.metrics", "List the metrics, their units and settings."),
    "suites": Command(
        "evalkit.commands.suites", "List the suites that see what tuning forgets; write the items of one."
    ),
    "codes": Command("curate.commands.codes", "List the codes of faults, with their hints."),
}
