"""``thresher predict`` at a real server on a loopback port: its answers, its failures, what it ignores."""

from __future__ import annotations

import json

import pytest

from tests.core.chat.server import answer, reply

ITEMS = [
    {"id": "a", "prompt": "one", "reference": "re: one", "language": "en", "cluster": "c"},
    {"id": "b", "messages": [{"role": "user", "content": "two"}], "references": ["re: two", "2"], "language": "de"},
]


def manifest(tmp_path, out="out"):
    return json.loads((tmp_path / out / "manifest.json").read_bytes())


def test_a_row_is_what_scores_read(serve, jsonl, predict, rows, thresher, tmp_path):
    server = serve()

    ran = predict(jsonl(ITEMS), "openai:m", "--base-url", server.url, "--slice", "language")

    assert ran.code == 0
    usage = {"prompt_tokens": 10, "completion_tokens": 10}
    common = {"finish": "stop", "usage": usage, "fault": None}
    assert rows() == [
        {"id": "a", "prompt": "one", "prediction": "re: one", "reference": "re: one", "slices": {"language": "en"}, "cluster": "c", **common},
        {"id": "b", "messages": ITEMS[1]["messages"], "prediction": "re: two", "references": ["re: two", "2"],
         "slices": {"language": "de"}, "cluster": None, **common},
    ]  # fmt: skip
    made = manifest(tmp_path)
    assert made["model"] == {"kind": "openai", "name": "m", "base_url": server.url}
    assert (made["counts"]["in"], made["counts"]["kept"], made["inputs"][0]["rows"]) == (2, 2, 2)
    assert [one["path"] for one in made["outputs"]] == ["predictions.jsonl"]
    assert len((tmp_path / "out" / "requests.jsonl").read_text().splitlines()) == 2
    assert json.loads((tmp_path / "out" / "run.json").read_bytes())["chat"]["answers"] == 2
    scored = thresher("score", tmp_path / "out", "--metrics", "exact_match,tokens", "--json").json
    assert (scored["metrics"]["exact_match"]["value"], scored["metrics"]["tokens"]["value"]) == (1.0, 10.0)
    assert scored["model"] == made["model"]


def test_the_second_run_asks_nothing_and_writes_the_same_bytes(serve, jsonl, predict, tmp_path):
    server = serve()
    for out in ("one", "two"):
        assert predict(jsonl(ITEMS), "openai:m", "--base-url", server.url, out=out).code == 0

    assert len(server.asked) == 2
    for name in ("predictions.jsonl", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_failure_is_a_fault_and_is_unscored(serve, jsonl, predict, rows, thresher, tmp_path):
    server = serve(lambda asked: "400" if asked.prompt == "two" else "answer")

    ran = predict(jsonl([*ITEMS, {"id": "c", "prompt": "three"}]), "openai:m", "--base-url", server.url)

    assert ran.code == 0
    assert [row["prediction"] for row in rows()] == ["re: one", None, "re: three"]
    assert rows()[1]["fault"]["kind"] == "rejected"
    assert "rejected: 1" in ran.out
    score = thresher("score", tmp_path / "out", "--metrics", "exact_match", "--json").json["metrics"]["exact_match"]
    assert (score["value"], score["reasons"]) == (1.0, {"no_reference": 1, "request_failed": 1})


@pytest.mark.parametrize(
    ("message", "finish", "prediction", "fault"),
    [
        pytest.param({"content": "half an"}, "length", "half an", None, id="a cut answer is an answer that says so"),
        pytest.param({"content": ""}, "length", None, "cut_at_length", id="cut before the first word"),
        pytest.param({"content": " "}, "stop", None, "empty", id="empty"),
        pytest.param({"content": None, "refusal": "No."}, "stop", None, "refused", id="refused"),
        pytest.param(
            {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}, "tool_calls",
            '[{"name":"f","arguments":"{}"}]', None, id="a call",
        ),
        pytest.param({"content": "fine", "tool_calls": "none"}, "stop", "fine", None, id="words beside a call that is none"),
    ],
)  # fmt: skip
def test_what_the_model_said(serve, jsonl, predict, rows, message, finish, prediction, fault):
    server = serve(answers=lambda asked: reply(message, finish=finish))

    ran = predict(jsonl(ITEMS[:1]), "openai:m", "--base-url", server.url)

    (row,) = rows()
    assert (row["prediction"], row["finish"], row["fault"] and row["fault"]["kind"]) == (prediction, finish, fault)
    assert ran.code == (1 if fault else 0)  # nothing was answered


def test_the_budget_is_exit_2_and_what_was_bought_is_kept(serve, jsonl, predict, rows, tmp_path):
    server = serve()
    items = jsonl([{"id": str(i), "prompt": f"question {i}"} for i in range(5)])
    limits = ("--set", "limits.concurrency=1", "--base-url", server.url)

    ran = predict(items, "openai:m", *limits, "--set", "budget.max_requests=3")

    assert (ran.code, len(server.asked)) == (2, 3)
    assert "3 of 5 requests have an answer" in ran.err
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert predict(items, "openai:m", *limits).code == 0
    assert (len(server.asked), len(rows())) == (5, 5)


def test_what_is_sent(serve, jsonl, predict):
    server = serve()
    options = ("--max-tokens", 7, "--temperature", 0.5, "--seed", 3, "--stop", "END", "--system", "Be brief.")

    predict(jsonl(ITEMS[:1]), "openai:m", "--base-url", server.url, *options)

    body = server.asked[0].body
    assert {name: body[name] for name in ("max_tokens", "temperature", "seed", "stop")} == {
        "max_tokens": 7, "temperature": 0.5, "seed": 3, "stop": ["END"],
    }  # fmt: skip
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "one"}]


def test_samples_differ_in_seed_and_share_a_cluster(serve, jsonl, predict, rows):
    server = serve(answers=lambda asked: reply({"content": f"draw {asked.body['seed']}"}))
    items = jsonl([{"id": "a", "prompt": "one"}, {"id": "b", "prompt": "two", "cluster": "c"}])

    predict(items, "openai:m", "--base-url", server.url, "--samples", 2, "--temperature", 1)

    assert [(row["id"], row["cluster"], row["prediction"]) for row in rows()] == [
        ("a", "a", "draw 0"), ("a#2", "a", "draw 1"), ("b", "c", "draw 0"), ("b#2", "c", "draw 1"),
    ]  # fmt: skip


def test_bare_texts_go_to_completions(serve, jsonl, predict, rows):
    server = serve(answers=lambda asked: completion(asked.body["prompt"] + "!"))

    predict(jsonl(ITEMS[:1]), "openai:m", "--base-url", server.url, "--template", "none")

    assert (server.asked[0].path, rows()[0]["prediction"]) == ("/v1/completions", "one!")


def test_a_chat_of_bare_texts_is_joined_as_training_joins_it(serve, jsonl, predict, rows):
    server = serve(answers=lambda asked: completion(asked.body["prompt"] + "!"))
    turns = [("user", "Q1"), ("assistant", "A1"), ("user", "Q2")]
    item = {"id": "a", "messages": [{"role": role, "content": content} for role, content in turns], "reference": "A2"}

    predict(jsonl([item]), "openai:m", "--base-url", server.url, "--template", "none")

    assert rows()[0]["prediction"] == "Q1A1\n\nQ2!"


def completion(text, logprobs=None):
    choice = {"index": 0, "text": text, "finish_reason": "stop", "logprobs": logprobs}
    return {"model": "m", "choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}


def echoing(asked):
    """Answer as vLLM does: the prompt and a token more, each character a token of log-probability -0.5."""
    if not asked.body.get("echo"):
        return answer(asked) if "messages" in asked.body else completion("said")
    text = asked.body["prompt"] + "?"
    told = {
        "tokens": list(text),
        "token_logprobs": [None, *[-0.5] * (len(text) - 1)],
        "text_offset": list(range(len(text))),
    }
    return completion(text, told)


def test_a_beginning_of_text_that_the_server_counts_moves_offsets(serve, jsonl, predict, rows):
    def answers(asked):
        told = echoing(asked)
        logprobs = told["choices"][0]["logprobs"]
        if logprobs:
            logprobs["tokens"].insert(0, "<s>")
            logprobs["token_logprobs"].insert(0, None)
            logprobs["text_offset"] = [0, *(place + 3 for place in logprobs["text_offset"])]
            logprobs["token_logprobs"][1] = -9.0
        return told

    server = serve(answers=answers)
    item = {"id": "a", "prompt": "one ", "reference": "two"}

    predict(jsonl([item]), "openai:m", "--base-url", server.url, "--template", "none", "--logprobs")

    assert (rows()[0]["logprobs"]["sum"], rows()[0]["logprobs"]["tokens"]) == (-1.5, 3)


def test_a_text_that_asks_nothing_is_not_sent(serve, jsonl, predict, rows):
    server = serve()

    ran = predict(jsonl([{"id": "a", "text": "All of it."}]), "openai:m", "--base-url", server.url)

    assert (ran.code, server.asked, rows()[0]["fault"]) == (1, [], {"kind": "empty_prompt"})


def ignoring(asked):
    """Answer as many servers do: 200, and not a word of what was asked for."""
    return completion("said") if "prompt" in asked.body else answer(asked)


CHOICES = {"id": "q", "prompt": "France?", "choices": ["Rome", "Paris!"], "answer": 0}


def test_likelihoods_that_the_server_tells(serve, jsonl, predict, rows, thresher, tmp_path):
    server = serve(answers=echoing)
    bare = ("--base-url", server.url, "--template", "none", "--logprobs")

    assert predict(jsonl([{"id": "a", "prompt": "one ", "reference": "two"}, CHOICES]), "openai:m", *bare).code == 0

    taken = "template:none|bos:server|mask:answer|end:no|window:server|stride:server|delimiter:space"
    assert rows()[0]["logprobs"] == {"sum": -1.5, "tokens": 3, "conditions": taken}
    assert rows()[1]["choice_logprobs"] == {"sums": [-2.5, -3.5], "tokens": [5, 7], "conditions": taken}
    assert rows()[1]["prediction"] == "Rome"
    metrics = "perplexity:token,choice,choice:normalised"
    scores = thresher("score", tmp_path / "out", "--metrics", metrics, "--json").json["metrics"]
    assert scores["choice"]["value"] == 1.0
    assert scores["choice:normalised"]["value"] == 0.0  # -2.5 / 4 characters is below -3.5 / 6
    assert taken in scores["choice"]["signature"]


@pytest.mark.parametrize("options", [("--template", "none"), ()], ids=["ignored", "a chat has none"])
def test_an_ignored_capability_is_unscored_and_never_0(serve, jsonl, predict, rows, thresher, tmp_path, options):
    server = serve(answers=ignoring)
    data = jsonl([ITEMS[0], CHOICES])

    assert predict(data, "openai:m", "--base-url", server.url, "--logprobs", *options).code == 0

    assert rows()[0]["logprobs"]["fault"]["kind"] == "ignored_capability"
    assert (rows()[1]["prediction"], rows()[1]["fault"]["kind"]) == (None, "ignored_capability")
    metrics = "perplexity:bits_per_byte,choice,exact_match"
    scores = thresher("score", tmp_path / "out", "--metrics", metrics, "--json").json["metrics"]
    assert [scores[name]["value"] for name in metrics.split(",")[:2]] == [None, None]
    assert scores["choice"]["reasons"] == {"ignored_capability": 1, "no_choices": 1}
    assert scores["perplexity:bits_per_byte"]["reasons"] == {"ignored_capability": 2}
    assert scores["exact_match"]["reasons"] == {"ignored_capability": 1}


def test_a_server_without_completions_still_answers_chats(serve, jsonl, predict, rows):
    server = serve(
        lambda asked: "404" if asked.path.endswith("/completions") and "chat" not in asked.path else "answer"
    )

    ran = predict(jsonl(ITEMS), "openai:m", "--base-url", server.url, "--logprobs")

    assert (ran.code, [row["prediction"] for row in rows()]) == (0, ["re: one", "re: two"])


def test_a_dry_run_sends_nothing(serve, jsonl, predict, tmp_path):
    server = serve()

    ran = predict(jsonl(ITEMS), "openai:m", "--base-url", server.url, "--dry-run")

    assert (ran.code, server.asked, (tmp_path / "out").exists()) == (0, [], False)
    assert "2 would be sent" in ran.out


def test_a_dry_run_as_json_says_its_version_and_no_text_where_none_is_wanted(serve, jsonl, predict):
    url = serve().url
    told, bare = (
        predict(jsonl(ITEMS), "openai:m", "--base-url", url, "--dry-run", "--json", *more)
        for more in ((), ("--no-text",))
    )

    assert (told.json["schema_version"], told.json["sent"], bare.json["sent"]) == (1, 2, 2)
    assert ("one" in told.out, "one" in bare.out.replace("none", "")) == (True, False)


def test_a_wrong_key_is_exit_2(serve, jsonl, predict):
    server = serve(lambda _: "401")

    assert predict(jsonl(ITEMS), "openai:m", "--base-url", server.url).code == 2


def test_seconds_and_costs_on_request(serve, jsonl, predict, rows):
    server = serve()
    prices = [word for one in ("input=1000000", "output=0", "date=2026-01-01") for word in ("--set", f"prices.{one}")]

    predict(jsonl(ITEMS[:1]), "openai:m", "--base-url", server.url, "--times", *prices)

    assert rows()[0]["usage"]["cost"] == 10.0
    assert rows()[0]["usage"]["seconds"] >= 0
