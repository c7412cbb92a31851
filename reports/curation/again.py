"""The same run again: its resolved configuration as TOML, and the commands that use it."""

from __future__ import annotations

from curate.core.command.words import row_word
from curate.core.run.toml import pairs, toml
from reports.curation.read import Run


def resolved(run: Run) -> str:
    """Return the configuration with which the command does the same again."""
    config = {name: value for name, value in run.manifest.config.items() if name != "gates"}  # those are of the input
    steps = [step for step in config.pop("steps") if step["use"] != "convert"]  # [output] layout brings that step
    config.pop("defaults", None)  # the steps are complete
    lines = [toml(config).rstrip()]
    for step in steps:
        use = {"use": step["use"]}
        lines += ["", "[[steps]]", *pairs(use | dict(sorted(step.items())))]
    return "\n".join(lines).strip() + "\n"


def commands(run: Run, folder: str) -> list[tuple[str, str]]:
    """Return (what for, command) of what one does next; ``folder`` is what the run's folder is called."""
    limit = f" --limit {run.stats.first_rows}" if run.stats.first_rows is not None else ""
    found = next((found[0] for _, found in sorted(run.stats.examples.items()) if found), None)
    place = row_word(f"{found.source}:{found.line}") if found else "FILE:LINE"
    return [
        ("make it again", f"thresher {run.manifest.command} {run.manifest.command}.toml --out NEW_DIR{limit}"),
        ("the history of one row", f"thresher explain {folder} {place}"),
        ("make this page again", f"thresher report {folder} --output report.html"),
    ]
