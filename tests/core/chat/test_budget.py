"""The budget is asked before a request is sent; the oracle is what arrived at the server."""

from __future__ import annotations

import pytest

from curate.core.chat.client import Client
from curate.core.chat.layers.budget import BudgetError
from curate.core.chat.request import chat_request
from curate.core.run.errors import ConfigError
from tests.core.chat.conftest import ask, prompts, settings

PRICES = {"input": 10.0, "output": 20.0, "date": "2026-08-01"}


def test_no_request_is_sent_past_max_requests(serve, tmp_path):
    server = serve()
    chat = settings(server.url, budget={"max_requests": 10})

    with pytest.raises(BudgetError, match="max_requests = 10") as stopped:
        ask(chat, prompts(chat, 50), tmp_path)

    assert len(server.asked) == 10
    assert stopped.value.exit_code == 2
    assert "10 of 50 requests have an answer; 40 were not answered at all" in stopped.value.details


def test_the_account_at_the_end_has_what_was_in_flight_when_the_limit_was_met(serve, tmp_path):
    chat = settings(serve().url, budget={"max_requests": 10}, limits={"concurrency": 50})

    with pytest.raises(BudgetError) as stopped:
        ask(chat, prompts(chat, 50), tmp_path)

    assert stopped.value.details[0] == "sent 10 requests; used 200 tokens"  # 10 each way, an answer


def test_what_was_bought_is_kept_and_a_larger_budget_goes_on(serve, tmp_path):
    server = serve()
    small, large = (settings(server.url, budget={"max_requests": most}) for most in (10, 40))
    with pytest.raises(BudgetError):
        ask(small, prompts(small, 50), tmp_path)

    got = ask(large, prompts(large, 50), tmp_path)

    assert [one.text for one in got] == [f"re: question {i}" for i in range(50)]
    assert set(server.answered.values()) == {1}
    assert len(server.asked) == 50


def test_what_is_in_the_cache_is_had_even_past_the_limit(serve, tmp_path):
    chat = settings(serve().url, budget={"max_requests": 10})
    requests = prompts(chat, 50)
    ask(chat, requests[40:], tmp_path)

    with pytest.raises(BudgetError, match="20 of 50 requests have an answer"):
        ask(chat, requests, tmp_path)


def test_repeated_attempts_are_requests_too(serve, tmp_path):
    server = serve(lambda _: "503")
    chat = settings(server.url, budget={"max_requests": 4}, limits={"concurrency": 1})

    with pytest.raises(BudgetError):
        ask(chat, prompts(chat, 5), tmp_path)

    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "budget",
    [
        pytest.param({"max_tokens": 500}, id="tokens"),
        pytest.param({"max_cost": 0.0075}, id="cost: 25 requests of 10 tokens each way"),
    ],
)
def test_the_worst_case_of_what_is_in_flight_counts(serve, tmp_path, budget):
    """A request is 20 tokens in the end, but may be 100 and the bytes of its body: never do two fit at the end."""
    server = serve()
    chat = settings(server.url, budget=budget, prices=PRICES, max_output_tokens=100, limits={"concurrency": 16})

    with Client(chat, tmp_path) as client:
        with pytest.raises(BudgetError):
            client.ask(prompts(chat, 200))
        spent = client.summary.spent

    assert spent.tokens == 20 * len(server.asked)
    assert 10 <= len(server.asked) <= 25
    assert server.most_at_once <= 3  # 500 tokens hold no more worst cases


def test_a_request_in_flight_that_ends_below_its_worst_case_makes_room(serve, tmp_path):
    chat = settings(serve().url, budget={"max_tokens": 1000}, max_output_tokens=400, limits={"concurrency": 8})

    got = ask(chat, prompts(chat, 20), tmp_path)

    assert all(one.text for one in got)


def test_at_the_limit_no_smaller_request_is_slipped_in(serve, tmp_path):
    server = serve()
    chat = settings(server.url, budget={"max_tokens": 1200}, limits={"concurrency": 1})
    long, short = (chat_request(chat, [{"role": "user", "content": text}]) for text in ("long " * 100, "short"))

    with pytest.raises(BudgetError):
        ask(chat, [long, short], tmp_path)

    assert server.asked == []


def test_an_attempt_that_may_have_been_billed_counts_in_full(serve, tmp_path):
    server = serve(lambda asked: "drop" if asked.prompt == "question 0" else "answer")
    limits = {"concurrency": 1, "attempts": 1}
    chat = settings(server.url, budget={"max_tokens": 1500}, prices=PRICES, limits=limits)

    with Client(chat, tmp_path) as client:
        with pytest.raises(BudgetError):
            client.ask(prompts(chat, 2))
        told = client.summary.as_json()

    assert len(server.asked) == 1
    assert told["cost"]["value"] == 0.0
    assert told["cost"]["at_most"] > 0.02  # 1,024 answer tokens


def test_an_endpoint_that_tells_no_usage_has_used_the_worst_case(serve, tmp_path):
    message = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}
    server = serve(answers=lambda _: message)
    chat = settings(server.url, budget={"max_tokens": 350}, max_output_tokens=100)

    with pytest.raises(BudgetError):
        ask(chat, prompts(chat, 5), tmp_path)

    assert len(server.asked) == 1


def test_a_cost_needs_prices():
    with pytest.raises(ConfigError, match=r"budget.max_cost needs prices: \[chat.prices\]"):
        settings("http://127.0.0.1/v1", budget={"max_cost": 1})


def test_no_cost_is_claimed_where_no_price_is_known(serve, tmp_path):
    chat = settings(serve().url)
    with Client(chat, tmp_path) as client:
        client.ask(prompts(chat, 1))

        assert client.summary.as_json()["cost"] is None
        assert "cost: not known" in client.summary.text()
