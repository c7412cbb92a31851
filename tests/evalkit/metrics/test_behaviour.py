"""What answers are like, and whether code in them parses."""

from __future__ import annotations

import pytest

from curate.core.run.errors import ConfigError
from tests.evalkit.answers import answers, rows_of, scored, value, values


@pytest.mark.parametrize(
    ("name", "text", "score"),
    [
        pytest.param("length", "日本", 2, id="characters"),
        pytest.param("length:bytes", "日本", 6, id="bytes"),
        pytest.param("length:words", " two  words ", 2, id="words"),
        pytest.param("length", "", 0, id="an empty answer has a length"),
        pytest.param("empty", " \n", 1, id="white space is empty"),
        pytest.param("empty", "0", 0, id="not empty"),
        pytest.param("refusal", "I'm sorry, but I can't help with that.", 1, id="sorry"),
        pytest.param("refusal", "I’m unable to do this.", 1, id="a typographic apostrophe"),
        pytest.param("refusal", "As an AI language model, I have no body.", 1, id="as an AI"),
        pytest.param("refusal", "The word sorry has five letters.", 0, id="a word is no refusal"),
        pytest.param("refusal", "Sure! " * 40 + "I cannot help with more.", 0, id="only the beginning counts"),
        pytest.param("repetition", "and so on " * 200, 1, id="a loop"),
        pytest.param("repetition", "no no no", 0, id="a short text"),
        pytest.param("python_parses", "x = 1\n", 1, id="python"),
        pytest.param("python_parses", "x = = 1", 0, id="no python"),
        pytest.param("python_parses", "x = '\\d'", 1, id="a doubtful escape only warns"),
        pytest.param("python_parses", "x\0", 0, id="a null character"),
        pytest.param("python_parses", "(" * 5000, 0, id="nested too deep"),
        pytest.param("python_parses", "Sure:\n```python\nx = 1\n```", 0, id="the whole answer"),
        pytest.param("python_parses:extracted", "Sure:\n```python\nx = 1\n```", 1, id="a fenced block"),
        pytest.param("sql_parses", "SELECT a FROM t WHERE b = 'c'", 1, id="sql"),
        pytest.param("sql_parses", "CREATE TABLE t (a INT); INSERT INTO t VALUES (1);", 1, id="statements"),
        pytest.param("sql_parses", "SELECT FROM WHERE", 0, id="broken sql"),
        pytest.param("sql_parses", "Show me the sales", 0, id="a sentence is no statement"),
        pytest.param("sql_parses", "hello", 0, id="a name is no statement"),
        pytest.param("sql_parses", "SELECT 'unclosed", 0, id="an open quote"),
        pytest.param("sql_parses:extracted", "```sql\nSELECT 1\n```", 1, id="a fenced query"),
    ],
)
def test_one_answer(name, text, score):
    assert values(answers((text, None)), name) == [score]


def test_an_unknown_dialect_is_told():
    with pytest.raises(ConfigError, match=r"(?s)metric sql_parses.*dialect: Unknown dialect 'sqlight'"):
        scored(answers(("SELECT 1", None)), "sql_parses", dialect="sqlight")


def test_what_the_server_said():
    frame = answers(
        ("a", None), ("b", None), (None, None), ("d", None),
        finish=["stop", "length", None, None],
        fault=[None, None, "cut_at_length", None],
        tokens=[10.0, 30.0, None, None],
        seconds=[1.0, 2.0, None, None],
        cost=[0.5, None, None, None],
    )  # fmt: skip

    assert values(frame, "truncation") == [0, 1, 1, None]
    assert (value(frame, "tokens"), value(frame, "latency"), value(frame, "cost")) == (20, 1.5, 0.5)
    assert scored(frame, "truncation").scores[0].reasons == {"no_finish": 1}
    assert scored(frame, "cost").scores[0].reasons == {"no_usage": 2, "request_failed": 1}


def test_a_request_that_was_refused_is_a_refusal_and_a_failed_one_is_not():
    frame = answers((None, None), (None, None), ("Yes.", None), fault=["refused", "timed_out", None])

    assert values(frame, "refusal") == [1, None, 0]


@pytest.mark.parametrize(
    ("model", "loops"),
    [("oasst-sft-pythia-12b", 12), ("zephyr-7b-alpha", 11), ("Mistral-7B-Instruct-v0.2", 7), ("gpt4", 0)],
)
def test_known_loops_of_real_models(real_data, model, loops):
    rows = rows_of(real_data / f"jsonl/alpaca_eval_{model}.outputs.jsonl")

    assert sum(values(answers(*((row["output"], None) for row in rows)), "repetition")) == loops


def test_gold_sql_parses(real_data):
    rows = rows_of(real_data / "jsonl/spider_gold_pred.jsonl")

    assert value(answers(*((row["gold"], None) for row in rows)), "sql_parses", dialect="sqlite") == 1.0


def test_canonical_python_parses(real_data):
    rows = rows_of(real_data / "jsonl/humaneval.eval.jsonl")

    assert value(answers(*((r["prompt"] + r["canonical_solution"], None) for r in rows)), "python_parses") == 1.0
