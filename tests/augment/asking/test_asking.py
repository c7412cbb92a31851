"""Runs that ask a model, which is a real server on a loopback port: budget, cache, faults, the dry run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from curate.augment.config import AugmentConfig
from curate.augment.told.preview import preview
from curate.commands.augmented import as_text
from curate.core.chat.layers.breaker import ChatError
from curate.core.chat.layers.budget import BudgetError
from curate.core.run.errors import ConfigError
from curate.core.run.settings import validate
from tests.augment.made import augment, curated, questions, registered
from tests.conftest import Ran
from tests.core.chat.server import Answer, Asked, Script, Server, reply

ECHO = [{"use": "echo"}]
PRICES = {"input": 1000.0, "output": 2000.0, "date": "2026-08-01"}


def turned(text: str) -> str:
    """Return the words of a text from the last to the first: nothing that is alike to it."""
    return " ".join(reversed(text.split()))


def turning(asked: Asked) -> dict[str, Any]:
    """Answer with the question turned round."""
    return reply({"content": turned(asked.prompt)})


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that are stopped with the test."""
    with ExitStack() as stack:

        def start(script: Script = lambda _: "answer", answers: Answer = turning) -> Server:
            return stack.enter_context(Server(script, answers))

        yield start


def chat(server: Server, **more: Any) -> dict[str, Any]:
    """Return ``[chat]`` for a server, quick to give up."""
    limits = {"backoff": 0.001, "max_backoff": 0.002, "timeout": 5.0, "attempts": 3, "concurrency": 4}
    return {"model": "m", "base_url": server.url, "cache": "chat.sqlite", "limits": limits, **more}


def test_answers_become_rows_in_the_order_of_their_parents(tmp_path: Path, serve: Callable[..., Server]) -> None:
    before = curated(tmp_path, questions(12))
    after = augment(tmp_path, ECHO, chat=chat(serve(lambda _: "later")))

    asked = [row["messages"][0]["content"] for row in before.rows("train")]
    assert [row["messages"][0]["content"] for row in after.rows("train")[12:]] == [turned(text) for text in asked]
    added = [json.loads(line) for line in after.lines("added")]
    assert added[0] == {
        "id": "q1~echo.1",
        "origin": "paraphrase",
        "step": "echo",
        "parents": ["q1"],
        "made": {"model": "m-1", "prompt": "echo.1", "seed": 7},
    }
    assert len(after.lines("requests")) == 12
    assert json.loads((after.out / "run.json").read_bytes())["chat"]["chat"]["success_rate"] == 1.0
    assert after.stats["added"]["steps"][0]["checks"] == {"answered": {"passed": 12, "of": 12}}


def test_a_finished_run_repeated_asks_nothing_and_gives_the_same_bytes(
    tmp_path: Path, serve: Callable[..., Server]
) -> None:
    server = serve(lambda _: "later")
    curated(tmp_path, questions(12))
    first = augment(tmp_path, ECHO, chat=chat(server), to="first")
    sent = len(server.asked)
    again = augment(tmp_path, ECHO, chat=chat(server), to="again")

    assert len(server.asked) == sent == 12
    names = [one["path"] for one in first.manifest["outputs"]] + ["manifest.json"]
    assert [(first.out / name).read_bytes() for name in names] == [(again.out / name).read_bytes() for name in names]


def test_at_the_budget_the_run_stops_and_goes_on_without_paying_again(
    tmp_path: Path, serve: Callable[..., Server]
) -> None:
    server = serve()
    curated(tmp_path, questions(12))

    with pytest.raises(BudgetError) as stopped:
        augment(tmp_path, [*ECHO, {"use": "noise"}], chat=chat(server, budget={"max_requests": 5}))
    assert stopped.value.exit_code == 2
    assert "5 of 12 requests have an answer; 7 were not answered at all" in str(stopped.value)
    assert "in the step echo; not begun: noise" in str(stopped.value)
    assert not (tmp_path / "more" / "manifest.json").exists()
    assert len(server.asked) == 5

    whole = augment(tmp_path, ECHO, chat=chat(server))
    assert len(server.asked) == 12
    assert whole.manifest["counts"]["added"] == 12
    assert max(server.answered.values()) == 1


def test_a_model_that_declines_gives_a_fault_and_no_row(tmp_path: Path, serve: Callable[..., Server]) -> None:
    def declining(asked: Asked) -> dict[str, Any]:
        first = "amber1 " in asked.prompt
        return reply({"content": None, "refusal": "No."} if first else {"content": turned(asked.prompt)})

    curated(tmp_path, questions(5))
    after = augment(tmp_path, ECHO, chat=chat(serve(answers=declining)))

    (step,) = after.stats["added"]["steps"]
    assert (step["candidates"], step["faults"]) == (4, {"no_answer": 1})
    assert step["examples"]["no_answer"] == [{"parent": "q1", "k": 1, "detail": "refused"}]
    assert step["sentences"] == {"no_answer": "The model gave no answer."}


def test_an_endpoint_that_does_not_work_ends_the_run(tmp_path: Path, serve: Callable[..., Server]) -> None:
    curated(tmp_path, questions(5))

    with pytest.raises(ChatError):
        augment(tmp_path, ECHO, chat=chat(serve(lambda _: "401")))
    assert not (tmp_path / "more" / "manifest.json").exists()


def test_a_step_that_asks_needs_a_model(tmp_path: Path) -> None:
    curated(tmp_path, questions(3))

    with pytest.raises(ConfigError, match=r"no table \[chat\] says which"):
        augment(tmp_path, ECHO)


class TestDryRun:
    """What a run would ask; nothing is sent."""

    def config(self, server: Server, **more: Any) -> AugmentConfig:
        steps = [*ECHO, {"use": "noise", "k": 2, "typos": 0.9}]
        return validate(AugmentConfig, {"input": {"run": "out"}, "chat": chat(server, **more), "steps": steps}, "it")

    def test_it_counts_what_the_run_then_sends(self, tmp_path: Path, serve: Callable[..., Server]) -> None:
        server = serve()
        curated(tmp_path, questions(12))
        with registered():
            seen = preview(self.config(server, prices=PRICES, max_output_tokens=100), tmp_path)

        assert server.asked == []
        assert not (tmp_path / "chat.sqlite").exists()
        told = seen.estimates["chat"]
        assert (told.requests, told.sent, told.output_tokens, len(told.examples)) == (12, 12, 1200, 3)
        assert told.counted_by.startswith("estimated")
        assert told.cost == pytest.approx((told.prompt_tokens * 1000 + 1200 * 2000) / 1e6)
        assert [step._asdict() for step in seen.steps] == [
            {"step": "echo", "seeds": 12, "requests": 12, "rows": None},
            {"step": "noise", "seeds": 12, "requests": None, "rows": 24},
        ]

        augment(tmp_path, ECHO, chat=chat(server, max_output_tokens=100))
        assert [asked.body for asked in server.asked if asked.body == told.examples[0].body]
        with registered():
            assert preview(self.config(server, max_output_tokens=100), tmp_path).estimates["chat"].sent == 0

    def test_the_command_shows_prompts_and_rows_unless_texts_are_left_out(
        self, tmp_path: Path, serve: Callable[..., Server], thresher: Callable[..., Ran]
    ) -> None:
        server = serve()
        curated(tmp_path, questions(12))
        toml = tmp_path / "augment.toml"
        limits = "[chat.limits]\nattempts = 1\n"
        toml.write_text(
            f'[input]\nrun = "out"\n[chat]\nmodel = "m"\nbase_url = "{server.url}"\ncache = "c.sqlite"\n{limits}'
            '[[steps]]\nuse = "echo"\n[[steps]]\nuse = "noise"\ntypos = 0.9\n'
        )
        with registered():
            shown = thresher("augment", toml, "--dry-run")
            hidden = thresher("augment", toml, "--dry-run", "--no-text", "--json")

        assert shown.code == hidden.code == 0
        assert "12 requests" in shown.out
        assert shown.out.count("Where does the") == 3
        assert "example 3 of 3" in shown.out
        assert "q1~noise.1" in shown.out
        assert "Where does" not in hidden.out
        assert hidden.json["models"]["chat"]["requests"] == 12
        assert server.asked == []

    def test_the_command_ends_with_2_at_the_budget_and_says_what_is_missing(
        self, tmp_path: Path, serve: Callable[..., Server], thresher: Callable[..., Ran]
    ) -> None:
        server = serve()
        curated(tmp_path, questions(12))
        toml = tmp_path / "augment.toml"
        toml.write_text(
            f'[input]\nrun = "out"\n[chat]\nmodel = "m"\nbase_url = "{server.url}"\ncache = "c.sqlite"\n'
            '[chat.budget]\nmax_requests = 3\n[[steps]]\nuse = "echo"\n'
        )
        out = tmp_path / "more"
        with registered():
            stopped = thresher("augment", toml, "--out", out, "-q")
            whole = thresher("augment", toml, "--out", out, "-q", "--set", "chat.budget.max_requests=9")

        assert stopped.code == 2
        assert "3 of 12 requests have an answer" in stopped.err
        assert whole.code == 0
        assert "12 answers (100.0%), 3 from the cache, 9 sent" in whole.out
        assert "check answered: 12 of 12 passed (100.0%)" in whole.out
        assert (out / "report.html").exists()


def test_what_a_request_without_an_answer_may_have_cost_is_printed(
    tmp_path: Path, serve: Callable[..., Server]
) -> None:
    curated(tmp_path, questions(12))
    server = serve(lambda asked: "drop" if "basil2 " in asked.prompt else "answer")
    prices = {"input": 1e5, "output": 1e6, "date": "2026-08-01"}
    after = augment(tmp_path, ECHO, chat=chat(server, prices=prices, max_output_tokens=1000))

    (line,) = (one.strip() for one in as_text(after.outcome).splitlines() if one.strip().startswith("cost"))
    cost = json.loads((after.out / "run.json").read_bytes())["chat"]["chat"]["cost"]
    assert cost["at_most"] - cost["value"] >= 3 * 1000  # three attempts, of 1,000 tokens each at the worst
    more = cost["at_most"] - cost["value"]
    assert line == (
        f"cost: {cost['value']:.4f} USD at prices of 2026-08-01; at most {more:.4f} more for requests that ended "
        "without an answer"
    )
