"""Log-likelihoods of references and choices against transformers' own loss; windows score no token twice."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.answers.local.windows import windows
from tests.evalkit.local.conftest import TEXTS, WORDS, make_model

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")

ITEMS = [{"id": str(i), "prompt": " ".join(WORDS[: i % 6 + 1]), "reference": TEXTS[i][:60] or "x"} for i in range(12)]


@pytest.fixture
def predict(thresher, tmp_path):
    """Take log-likelihoods on the CPU, and nothing else; return the rows."""

    def run(data, model, *options, out="out"):
        where = (
            "--out",
            tmp_path / out,
            "--cache",
            tmp_path / f"{out}.sqlite",
            "--device",
            "cpu",
            "--no-answers",
            "--logprobs",
        )
        ran = thresher("predict", "--data", data, "--model", f"local:{model}", *where, *options)
        assert ran.code == 0, ran.err
        return [json.loads(line) for line in (tmp_path / out / "predictions.jsonl").read_text().splitlines()]

    return run


def loss(folder, before, after):
    """Return the summed negative log-likelihood of the tokens of ``after``, and their number, by the model's own loss."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    context, text = (tokenizer(one, add_special_tokens=False)["input_ids"] for one in (before, after))
    ids = torch.tensor([context + text])
    labels = torch.tensor([[-100] * len(context) + text])
    with torch.inference_mode():
        return float(model(ids, labels=labels).loss) * len(text), len(text)


def test_perplexity_is_that_of_the_models_own_loss(tiny, jsonl, predict, thresher, tmp_path):
    """Oracle: ``loss`` of LlamaForCausalLM with the prompt masked by -100, row by row."""
    rows = predict(jsonl(ITEMS, "data.jsonl"), tiny)

    surprise, tokens = 0.0, 0
    for row in rows:
        wanted, count = loss(tiny, f"<|user|>{row['prompt']}<|end|><|assistant|>", row["reference"])
        assert (row["logprobs"]["tokens"], -row["logprobs"]["sum"]) == (count, pytest.approx(wanted, rel=1e-5))
        surprise, tokens = surprise + wanted, tokens + count
    metrics = "perplexity:token,perplexity:bits_per_byte"
    scores = thresher("score", tmp_path / "out", "--metrics", metrics, "--json").json["metrics"]
    assert scores["perplexity:token"]["value"] == pytest.approx(math.exp(surprise / tokens), rel=1e-4)
    size = sum(len(row["reference"].encode()) for row in rows)
    assert scores["perplexity:bits_per_byte"]["value"] == pytest.approx(surprise / size / math.log(2), rel=1e-5)
    for part in ("template:", "bos:template", "mask:answer", "end:no", "window:128", "stride:64"):
        assert part in scores["perplexity:token"]["signature"]


@pytest.mark.parametrize("size", [1, 3, 16])
def test_a_batch_gives_what_one_by_one_gives(tiny, jsonl, predict, size):
    rows = predict(jsonl(ITEMS, "data.jsonl"), tiny, "--batch-size", size, out=f"b{size}")

    for row in rows[:6]:
        wanted, _ = loss(tiny, f"<|user|>{row['prompt']}<|end|><|assistant|>", row["reference"])
        assert -row["logprobs"]["sum"] == pytest.approx(wanted, rel=1e-5)


def test_bare_texts_begin_with_what_parts_texts(tiny, jsonl, predict):
    """The tokenizer writes no beginning by itself, so that a text after nothing gets its own."""
    (row,) = predict(jsonl([{"id": "a", "text": "the cat sat on"}], "text.jsonl"), tiny)

    wanted, count = loss(tiny, "<s>", "the cat sat on")
    assert (row["logprobs"]["tokens"], -row["logprobs"]["sum"]) == (count, pytest.approx(wanted, rel=1e-5))
    assert row["logprobs"]["conditions"].startswith("template:none|bos:no|")


def test_a_bare_prompt_and_its_continuation(tiny, jsonl, predict):
    (row,) = predict(
        jsonl([{"id": "a", "prompt": "the cat", "reference": " sat on"}], "d.jsonl"), tiny, "--template", "none"
    )

    wanted, _ = loss(tiny, "the cat", " sat on")
    assert -row["logprobs"]["sum"] == pytest.approx(wanted, rel=1e-5)


def test_long_texts_by_windows(jsonl, predict, tmp_path):
    """Oracle: for each token, the model's logits after the tokens that its window shows before it."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = make_model(tmp_path / "short", positions=24)
    text = " ".join(WORDS * 3)
    (row,) = predict(jsonl([{"id": "a", "text": text}], "text.jsonl"), folder, "--stride", 8)

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = tokenizer("<s>" + text, add_special_tokens=False)["input_ids"]
    total = 0.0
    for place in range(1, len(ids)):
        end = 24 if place < 24 else min(len(ids), 24 + 8 * ((place - 24) // 8 + 1))
        with torch.inference_mode():
            logits = model(torch.tensor([ids[max(0, end - 24) : place]])).logits[0, -1].double()
        total += float(logits.log_softmax(-1)[ids[place]])
    assert (row["logprobs"]["tokens"], row["logprobs"]["sum"]) == (len(ids) - 1, pytest.approx(total, rel=1e-5))
    assert "window:24|stride:8" in row["logprobs"]["conditions"]


@given(st.integers(2, 80), st.integers(1, 40), st.integers(2, 30), st.data())
@settings(max_examples=300)
def test_windows_score_each_token_once(length, context, size, data):
    stride = data.draw(st.integers(1, size - 1))
    context = min(context, length - 1)
    ids = list(range(length))

    found = list(windows(0, ids, context, size, stride))

    assert [token for one in found for token in one.ids[one.first :]] == ids[context:]
    for one in found:
        assert len(one.ids) <= size
        assert one.first >= min(context, size - stride)  # so much at least is seen before the first that is scored
        assert list(one.ids) == list(range(one.ids[0], one.ids[0] + len(one.ids)))


def test_choices_by_likelihood(tiny, jsonl, predict, thresher, tmp_path):
    """Oracle: the model's own loss of each choice; ``acc`` and ``acc_norm`` as lm-evaluation-harness defines them."""
    choices = ["cat", "nine red birds; one of them", "mat", "é"]
    items = [{"id": str(i), "prompt": " ".join(WORDS[: i + 2]), "choices": choices, "answer": i % 4} for i in range(12)]

    rows = predict(jsonl(items, "data.jsonl"), tiny, "--template", "none")

    plain = by_characters = by_bytes = 0
    for row in rows:
        sums = [-loss(tiny, row["prompt"], " " + text)[0] for text in choices]
        assert row["choice_logprobs"]["sums"] == pytest.approx(sums, rel=1e-5)
        likely = max(range(4), key=sums.__getitem__)
        assert (row["prediction"], row["reference"]) == (choices[likely], choices[row["gold"]])
        plain += likely == row["gold"]
        by_characters += max(range(4), key=lambda k: sums[k] / len(choices[k])) == row["gold"]
        by_bytes += max(range(4), key=lambda k: sums[k] / len(choices[k].encode())) == row["gold"]
    metrics = "choice,choice:normalised,choice:bytes,exact_match"
    scores = thresher("score", tmp_path / "out", "--metrics", metrics, "--json").json["metrics"]
    assert [scores[name]["value"] for name in metrics.split(",")] == [
        plain / 12, by_characters / 12, by_bytes / 12, plain / 12,
    ]  # fmt: skip
    assert "by:characters|taken:template:none|" in scores["choice:normalised"]["signature"]
    assert "delimiter:space" in scores["choice"]["signature"]


def test_a_stride_of_the_whole_window_is_exit_2(tiny, jsonl, thresher, tmp_path):
    ran = thresher(
        "predict", "--data", jsonl(ITEMS), "--model", f"local:{tiny}", "--out", tmp_path / "out", "--device", "cpu",
        "--window", 16, "--stride", 16,
    )  # fmt: skip

    assert (ran.code, "is not below the window of 16" in ran.err) == (2, True)
