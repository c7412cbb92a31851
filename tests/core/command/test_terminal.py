"""Text of data on a terminal, and before a runner of GitHub, which takes some lines for commands."""

from __future__ import annotations

import io
import sys

import pytest

from curate.core.command.terminal import harmless, inert
from curate.core.run.progress import Progress
from tests.conftest import chat

COMMANDS = ["::error file=x::pwned", "  ::add-mask::heron", "\t::stop-commands::x", "a ##[error]pwned", "##[group]"]


def obeyed(line: str) -> bool:
    """Say whether a runner takes a line for a command, by the two ways of writing one that it knows."""
    return line.strip().startswith("::") or "##[" in line


@pytest.mark.parametrize("text", COMMANDS)
@pytest.mark.parametrize("shown", [harmless, inert, lambda text: inert(text, 12)], ids=["harmless", "inert", "cut"])
def test_no_text_of_data_is_a_command_to_a_runner(monkeypatch, text, shown):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    assert not obeyed(shown(text))


@pytest.mark.parametrize("text", [*COMMANDS, "std::vector", "a :: b"])
def test_elsewhere_it_stays_as_it_is(monkeypatch, text):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    assert harmless(text.strip()) == text.strip()


def test_a_colon_within_a_line_stays_before_a_runner_too(monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    assert inert("std::vector of :: and #[derive]") == "std::vector of :: and #[derive]"


@pytest.mark.parametrize("name", COMMANDS)
def test_what_commands_print_of_data_commands_no_runner(thresher, jsonl, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    items = [{"id": f"{name}{n}", "prompt": "Which bird?", "reference": name, "kind": name} for n in range(2)]
    jsonl(items, "items.jsonl")
    for run in ("old", "new"):
        said = [{"id": item["id"], "prediction": name if run == "new" else "none"} for item in items]
        jsonl(said, f"{run}.jsonl")
    for file in ("rows", "held"):
        jsonl([chat(name, name, id=f"{name}{n}") for n in range(2)], f"{file}.jsonl")
    runs = [
        thresher("predict", "--data", "items.jsonl", "--model", f"replay:{run}.jsonl", "--slice", "kind", "--out", run)
        for run in ("old", "new")
    ]
    runs += [thresher("score", run, "--metrics", "exact_match") for run in ("old", "new")]
    runs += [thresher("compare", "old", "new"), thresher("leaks", "rows.jsonl", "held.jsonl")]
    runs += [thresher("check", "rows.jsonl"), thresher("curate", "rows.jsonl", "--dry-run")]

    assert [line for ran in runs for line in (ran.out + ran.err).splitlines() if obeyed(line)] == []
    assert [ran.code for ran in runs] == [0, 0, 0, 0, 0, 1, 0, 0]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("kind", "moves"), [("xterm", True), ("dumb", False)])
def test_a_terminal_that_knows_no_control_sequences_gets_none(monkeypatch, kind, moves):
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("curate.core.run.progress.BLINK_SECONDS", 0.0)
    monkeypatch.setattr("curate.core.run.progress.QUIET_SECONDS", 0.0)
    with Progress() as progress:
        progress.tell("rows read", 91)

    assert "rows read: 91" in sys.stderr.getvalue()
    assert ("\x1b" in sys.stderr.getvalue()) == moves
