"""The dry run: it counts, shows, and sends nothing."""

from __future__ import annotations

import pytest

from curate.core.chat.client import Client
from curate.core.chat.estimate import estimate
from curate.core.chat.layers.budget import BudgetError
from curate.core.chat.request import chat_request, embedding_request
from tests.core.chat.conftest import ask, prompts, settings
from tests.core.chat.server import reply

PRICES = {"input": 10.0, "output": 20.0, "date": "2026-08-01"}
NOWHERE = "http://127.0.0.1:9/v1"


def test_requests_tokens_and_cost(tmp_path):
    chat = settings(NOWHERE, prices=PRICES, max_output_tokens=100)

    told = estimate(chat, prompts(chat, 10), tmp_path).as_json()

    assert (told["requests"], told["sent"]) == (10, 10)
    assert told["prompt_tokens"]["value"] == 10 * (3 + 4)  # ten characters, and four tokens around a message
    assert told["prompt_tokens"]["counted_by"].startswith("estimated")
    assert told["output_tokens_at_most"] == 1000
    assert told["cost"] == {"at_most": pytest.approx(0.0207), "currency": "USD", "prices_of": "2026-08-01"}
    assert not (tmp_path / "chat.sqlite").exists()


def test_what_is_kept_or_repeated_is_not_sent(serve, tmp_path):
    chat = settings(serve().url)
    requests = prompts(chat, 10)
    ask(chat, requests[:4], tmp_path)

    told = estimate(chat, [*requests, requests[9]], tmp_path)

    assert (told.requests, told.cached, told.repeated, told.sent) == (11, 4, 1, 6)


def test_three_prompts_in_full(tmp_path):
    chat = settings(NOWHERE)
    text = "first line\nsecond \x1b[31mline " + "x" * 500
    requests = [chat_request(chat, [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}])]

    told = estimate(chat, [*requests, *prompts(chat, 20)], tmp_path)

    assert len(told.examples) == 3
    assert f"  [system] Be brief.\n  [user] first line\n  second �[31mline {'x' * 500}\n" in told.text()
    assert "[user] question 9" in told.text()
    assert "[user] question 19" in told.text()


def test_no_price_known_means_no_cost(tmp_path):
    chat = settings(NOWHERE)

    told = estimate(chat, prompts(chat, 2), tmp_path)

    assert told.cost is None
    assert "cost: not known, for no prices are given ([chat.prices])" in told.text()


def test_a_budget_that_is_too_small_is_told_before_it_is_spent(tmp_path):
    chat = settings(NOWHERE, budget={"max_requests": 5, "max_cost": 1}, prices=PRICES, max_output_tokens=9)

    assert estimate(chat, prompts(chat, 6), tmp_path).beyond == ("max_requests = 5",)


def test_other_scripts_have_more_tokens_than_a_fourth_of_their_characters(tmp_path):
    chat = settings(NOWHERE)

    assert estimate(chat, [embedding_request(chat, ["日本語", "abcd"])], tmp_path).prompt_tokens == 4


def test_a_tokenizer_counts(tmp_path):
    tokenizers = pytest.importorskip("tokenizers", reason="the package 'tokenizers' is not installed")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    words.save(str(tmp_path / "tokenizer.json"))
    chat = settings(NOWHERE, tokenizer="tokenizer.json")

    told = estimate(chat, prompts(chat, 5), tmp_path)

    assert (told.prompt_tokens, told.counted_by) == (5 * (2 + 4), "counted by the tokenizer")


@pytest.mark.parametrize("most", range(40, 260, 20))
def test_a_budget_is_called_too_small_where_the_run_stops_at_it(serve, tmp_path, most):
    limits = {"concurrency": 1}
    server = serve(
        answers=lambda asked: reply({"content": "x"}) | {"usage": {"prompt_tokens": 7, "completion_tokens": 9}}
    )
    chat = settings(server.url, budget={"max_tokens": most}, max_output_tokens=9, limits=limits)
    requests = prompts(chat, 6)  # of 7 tokens as they are estimated, and of some 90 bytes

    told = estimate(chat, requests, tmp_path)

    try:
        ask(chat, requests, tmp_path)
    except BudgetError:
        assert told.beyond == (f"max_tokens = {most}",)
    else:
        assert told.beyond == ()


def test_probes_are_sent_too_and_only_where_something_is(serve, tmp_path):
    server = serve()
    chat = settings(server.url)
    requests = prompts(chat, 3)
    relied_on = ("response_format", "seed")

    told = estimate(chat, requests, tmp_path, relied_on)

    assert (told.requests, told.probes, told.sent, told.as_json()["sent"]) == (3, 4, 7, 7)
    assert "7 would be sent, 4 of them to find out what the endpoint can do" in told.text()
    with Client(chat, tmp_path) as client:
        client.rely_on(relied_on)
        client.ask(requests[:2])
    assert len(server.asked) == 4 + 2
    assert (
        estimate(chat, requests, tmp_path, relied_on).sent,
        estimate(chat, requests[:2], tmp_path, ("n",)).sent,
    ) == (1, 0)
