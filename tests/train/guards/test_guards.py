"""What the guards say of rows that would be trained wrongly: the code, the place, and how bad it is."""

from __future__ import annotations

import json

import polars as pl
import pytest

from tests.train import families
from tests.train.families import byte_level, sentence_piece
from tests.train.guards.found import CALLING, FINE, found
from tests.train.spoken import row
from train.guards import Facts, examine

pytest.importorskip("transformers", reason="transformers is not installed: make models")

from train.masking.encoder import Encoder


@pytest.mark.parametrize("template", ["CHATML", "MARKED", "LLAMA3", "GEMMA", "MISTRAL", "QWEN", "PHI"])
@pytest.mark.parametrize("train_on", ["assistant", "last", "all"])
def test_sound_rows_pass(template, train_on):
    assert found(tokenizer=byte_level(getattr(families, template)), train_on=train_on) == []


@pytest.mark.parametrize(
    ("rows", "severity"), [(0, "error"), (9, "error"), (10, "warning"), (499, "warning"), (500, None)]
)
def test_too_few_rows(rows, severity):
    assert found(*FINE[:rows], fill=False) == ([("too_few_rows", severity, None)] if severity else [])


@pytest.mark.parametrize(
    ("one", "limit"),
    [
        pytest.param(row("u:Hi there"), 10_000, id="no assistant turn"),
        pytest.param(row("u:Hi", {"role": "assistant", "content": "x", "weight": 0}), 10_000, id="weight 0"),
        pytest.param(row(text=""), 10_000, id="an empty text"),
    ],
)
def test_no_trained_token(one, limit):
    assert found(one, limit=limit) == [("no_trained_token", "error", 1000)]


def test_an_answer_that_is_cut_whole():
    assert found(row("u:" + "Hi there " * 80, "a:Hello!"), limit=60) == [
        ("no_trained_token", "error", 1000),
        ("truncated", "warning", 1000),
    ]


def test_a_row_that_is_cut_says_how_much_of_the_answer_went():
    encoder = Encoder(byte_level(families.PHI), None, 20)
    rows = [row("u:Hi", "a:" + "Hello! " * 20)] * 600
    finding = next(one for one in examine(encoder.encode(rows), rows, encoder, Facts()) if one.code == "truncated")
    whole = Encoder(byte_level(families.PHI), None, 1000).encode(rows[:1])
    total, trained = len(whole.tokens), int(whole.trained.sum())

    assert finding.message == (
        f"{total - 20} of {total} tokens are cut: "
        f"{total - 20} of {trained} trained tokens ({(total - 20) / trained:.0%})"
    )


@pytest.mark.parametrize(
    ("template", "codes"),
    [
        pytest.param(families.PLAIN, 600, id="the template writes none"),
        pytest.param(
            families.MARKED.replace("<|im_end|>{% endgeneration %}", "{% endgeneration %}<|im_end|>"),
            600,
            id="the generation marks leave it out",
        ),
        pytest.param(families.MARKED, 0, id="inside the generation marks"),
        pytest.param(
            families.MARKED.replace("{% endgeneration %}{{ '\\n' }}", "{{ '\\n' }}{% endgeneration %}"),
            0,
            id="inside the generation marks, with the line break after it",
        ),
    ],
)
def test_missing_end_of_turn(template, codes):
    seen = found(tokenizer=byte_level(template))

    assert [one for one in seen if one[0] == "missing_end_of_turn"] == [
        ("missing_end_of_turn", "error", line) for line in range(1, codes + 1)
    ]


def test_generation_marks_that_enclose_nothing():
    template = families.MARKED.replace("m.role == 'assistant'", "m.role == 'model'")

    assert ("no_trained_token", "error", 1) in found(tokenizer=byte_level(template))


def test_doubled_beginning_of_text():
    twice = byte_level("{{ bos_token }}" + families.LLAMA3)
    begun = row("u:Hi", "a:Hello")
    begun.messages[0]["content"] = "<s>"

    assert found(begun, tokenizer=sentence_piece("{{ bos_token }}" + families.MISTRAL))[0][0] == "doubled_bos"
    assert ("doubled_bos", "error", 1) in found(tokenizer=twice)


def test_the_template_refuses():
    refused = row("s:Be kind.", "u:Hi", "a:Hello!")

    assert found(refused, tokenizer=byte_level(families.GEMMA)) == [("template_refuses", "error", 1000)]


def test_tools_that_the_template_leaves_out():
    call = row("u:weather?", {**CALLING, "content": ""}, tools=[{"type": "function"}])

    assert found(call) == [("tool_call_left_out", "error", 1000), ("tools_left_out", "warning", 1000)]
    assert found(call, tokenizer=byte_level(families.QWEN)) == []


@pytest.mark.parametrize(
    ("vocabulary", "expected"),
    [
        pytest.param(600, [], id="as many as the tokenizer"),
        pytest.param(50_000, [], id="more than the tokenizer"),
        pytest.param(None, [], id="not known"),
    ],
)
def test_vocabulary_that_fits(vocabulary, expected):
    assert found(vocabulary=vocabulary) == expected


def test_a_token_that_the_model_does_not_have():
    tokenizer = byte_level(families.CHATML, eos="<|im_end|>")
    highest = max(Encoder(tokenizer, None, 1000).encode(FINE[:1]).tokens.tolist())

    assert found(vocabulary=highest + 1) == [("vocabulary_mismatch", "warning", None)]
    assert found(vocabulary=highest)[0] == ("vocabulary_mismatch", "error", 1)


def test_rows_of_a_test(jsonl):
    test = jsonl([{"prompt": "Who are you?", "reference": "A bot."}], "test.jsonl")

    assert found(row("u:Who are you?", "a:A bot."), row("u:Who are  you?", "a:x"), tests=[test]) == [
        ("test_row_in_training", "error", 1000),
        ("test_row_in_training", "error", 1001),
    ]


@pytest.fixture
def curated(tmp_path):
    """Write a curation run of a few rows: manifest, ledger, a validation split."""
    outputs = [{"path": f"{name}.jsonl", "sha256": "x"} for name in ("train", "validation")]
    (tmp_path / "manifest.json").write_text(json.dumps({"thresher": "0.1.0", "outputs": outputs}))
    ids = pl.DataFrame({"id": ["1", "2", "held"], "split": ["train", "train", "test"]})
    ids.write_parquet(tmp_path / "ledger.parquet")
    (tmp_path / "validation.jsonl").write_text('{"prompt": "Who?", "completion": "I."}\n')
    (tmp_path / "train.jsonl").write_text("changed")
    return tmp_path


def of_file(path, *turns, name="one"):
    one = row(*turns, name=name)
    return one._replace(place=one.place._replace(source=str(path)))


def test_rows_that_the_curation_run_held_out(curated):
    train = curated / "train.jsonl"
    rows = [of_file(train, "u:x", "a:y", name="held"), of_file(train, "u:Who?", "a:I.")]

    assert found(*rows) == [
        ("test_row_in_training", "error", 1001),
        ("test_row_in_training", "error", 1000),
        ("changed_since_curation", "warning", None),
    ]


def test_a_row_of_another_file_may_have_the_id_of_one_held_out(curated):
    assert found(row("u:x", "a:y", name="held"), of_file(curated / "train.jsonl", "u:x", "a:y")) == [
        ("changed_since_curation", "warning", None)
    ]


def test_a_split_that_is_looked_at_itself_is_no_leak(curated):
    one = of_file(curated / "validation.jsonl", "u:Who?", "a:I.")

    assert [code for code, _, _ in found(one)] == ["changed_since_curation"]


@pytest.mark.parametrize(
    ("served", "codes"),
    [
        pytest.param(families.CHATML, [], id="the same"),
        pytest.param(families.CHATML + "{# a remark #}", [], id="another text that renders the same"),
        pytest.param(families.MARKED, ["template_differs"], id="without the default system prompt"),
        pytest.param("{{ raise_exception('no') }}", ["template_differs"], id="one that refuses the rows"),
    ],
)
def test_another_template_serves(served, codes):
    assert [one[0] for one in found(served_template=served)] == codes


def test_a_template_for_a_tokenizer_that_has_none():
    assert found(tokenizer=byte_level(None), template=families.PHI) == [("template_differs", "warning", None)]


def test_a_text_that_spells_a_control_token():
    assert found(row("u:Say <|im_end|>", "a:No.")) == [("control_token_in_text", "warning", 1000)]
    assert found(row(text="<|im_start|>user\nHi<|im_end|>")) == []


@pytest.mark.parametrize(
    ("stops", "codes"),
    [
        pytest.param(None, [], id="not known"),
        pytest.param({"<|im_end|>"}, [], id="the end of turn"),
        pytest.param({"</s>", "<|im_end|>"}, [], id="the end of turn among others"),
        pytest.param({"</s>"}, ["end_of_turn_not_served"], id="another token"),
    ],
)
def test_an_end_of_turn_that_serving_does_not_stop_at(stops, codes):
    tokenizer = byte_level(families.CHATML, eos="<|im_end|>")
    ids = None if stops is None else frozenset(tokenizer.convert_tokens_to_ids(sorted(stops)))

    assert [one[0] for one in found(tokenizer=tokenizer, stops=ids)] == codes


def test_chats_without_a_template():
    assert found(tokenizer=byte_level(None)) == [("no_template", "warning", 1)]


def test_answers_that_the_template_rewrites():
    thinking = row("u:Hi", "a:<think>hm</think>Hello!", "u:x", "a:y")

    assert found(thinking, tokenizer=byte_level(families.QWEN)) == [("rewritten_answer", "warning", 1000)]
    assert found(thinking, tokenizer=byte_level(families.QWEN), train_on="last") == []


@pytest.mark.parametrize(
    ("parameters", "rate", "rank", "codes"),
    [
        pytest.param(135_000_000, 3e-4, 8, [], id="a small model"),
        pytest.param(135_000_000, 3e-3, 8, ["learning_rate_unusual"], id="a small model, ten times the rate"),
        pytest.param(7_000_000_000, 2e-4, 64, [], id="QLoRA's 7B"),
        pytest.param(65_000_000_000, 1e-4, 64, [], id="QLoRA's 65B"),
        pytest.param(7_000_000_000, 2e-5, None, [], id="Alpaca, all weights"),
        pytest.param(7_000_000_000, 2e-4, None, ["learning_rate_unusual"], id="a rate of LoRA for all weights"),
        pytest.param(7_000_000_000, 2e-6, 16, ["learning_rate_unusual"], id="a rate too low for LoRA"),
        pytest.param(7_000_000_000, 2e-4, 1024, ["rank_unusual"], id="a rank too high"),
        pytest.param(None, 1.0, 4096, [], id="a model of unknown size"),
    ],
)
def test_rates_and_ranks(parameters, rate, rank, codes):
    assert [one[0] for one in found(parameters=parameters, learning_rate=rate, rank=rank)] == codes


def test_every_finding_says_what_to_do():
    encoder = Encoder(byte_level(families.GEMMA), None, 12)
    rows = [row("u:Hi there", "a:Hello!"), row("s:x", "u:y", "a:z"), row("u:x")]
    findings = examine(encoder.encode(rows), rows, encoder, Facts(vocabulary=10, parameters=10**9, learning_rate=1))

    assert len({one.code for one in findings}) > 4
    assert all(one.hint and one.message for one in findings)
