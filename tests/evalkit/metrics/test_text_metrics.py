"""Exact match, contains, regex and token F1 on texts small enough to read."""

from __future__ import annotations

import pytest

from curate.core.run.errors import ConfigError
from evalkit.metrics import make_metric
from tests.evalkit.answers import answers, scored, value, values


@pytest.mark.parametrize(
    ("name", "prediction", "reference", "score"),
    [
        pytest.param("exact_match", "Paris", "Paris", 1.0, id="equal"),
        pytest.param("exact_match", "Paris ", "Paris", 0.0, id="a bare name normalises nothing"),
        pytest.param("exact_match:raw", "paris", "Paris", 0.0, id="raw is the same"),
        pytest.param("exact_match", "é", "e\u0301", 0.0, id="two spellings of one letter are two texts"),
        pytest.param("exact_match:strip", " Paris\n", "Paris", 1.0, id="strip"),
        pytest.param("exact_match:strip", "paris", "Paris", 0.0, id="strip leaves letter case"),
        pytest.param("exact_match:lower", " PARIS", "paris", 1.0, id="lower"),
        pytest.param(
            "exact_match:squad", "The  Eiffel-Tower!", "eiffeltower", 1.0, id="squad drops punctuation unspaced"
        ),
        pytest.param("exact_match:squad", "an apple", "apple", 1.0, id="squad drops articles"),
        pytest.param("exact_match:squad", "theatre", "atre", 0.0, id="squad drops whole articles only"),
        pytest.param("exact_match:lm_eval", "It's A.", "its a", 1.0, id="lm_eval keeps articles"),
        pytest.param("exact_match:lm_eval", " a", "a", 0.0, id="lm_eval keeps space"),
        pytest.param(
            "exact_match:gsm8k_strict",
            "so 3\n#### 1,234",
            "#### 1234",
            1.0,
            id="strict takes the number after the mark",
        ),
        pytest.param(
            "exact_match:gsm8k_strict", "so it is 18.", "#### 18", 0.0, id="strict misses an answer without the mark"
        ),
        pytest.param(
            "exact_match:gsm8k_flexible", "first 3, then $1,234.", "#### 1234", 1.0, id="flexible takes the last number"
        ),
        pytest.param("exact_match:gsm8k_flexible", "no idea", "#### 1", 0.0, id="no number is a miss"),
        pytest.param("exact_match:gsm8k_flexible", "18.0", "#### 18", 0.0, id="numbers are compared as texts"),
        pytest.param("exact_match:answer_is", "Hm. So the answer is (D).", "(D)", 1.0, id="what is concluded"),
        pytest.param(
            "exact_match:answer_is", "First the answer is 5, but the answer is 7.", "7", 1.0, id="the last of a line"
        ),
        pytest.param(
            "exact_match:answer_is", "The answer is 42. The answer is 43.", "43", 1.0, id="the last of two sentences"
        ),
        pytest.param(
            "exact_match:answer_is",
            "The answer is:\n\n 42 . \nBye",
            "42",
            1.0,
            id="on the line below, where none is on its own",
        ),
        pytest.param(
            "exact_match:answer_is", "The answer is B\nThe answer isn't A", "B", 1.0, id="what it is not, is no answer"
        ),
        pytest.param("exact_match:answer_is", "The answer is not known.", "not known", 1.0, id="not, as all there is"),
        pytest.param("contains", "It is Paris.", "Paris", 1.0, id="contains"),
        pytest.param("contains", "It is paris.", "Paris", 0.0, id="contains heeds letter case"),
        pytest.param("contains:ignore_case", "It is STRASSE", "straße", 1.0, id="case folding, not lower case"),
        pytest.param("regex", "Order 66 done", r"\b\d{2}\b", 1.0, id="regex is searched"),
        pytest.param("regex", "Order 6", r"\d{2}", 0.0, id="regex without a match"),
        pytest.param("token_f1", "the cat sat", "a cat", 2 / 3, id="words after the articles"),
        pytest.param("token_f1", "cat cat", "cat", 2 / 3, id="a word counts as often as it stands"),
        pytest.param("token_f1", "dog", "cat", 0.0, id="nothing shared"),
        pytest.param("token_f1", "The", "an", 1.0, id="two texts of no words are alike"),
        pytest.param("token_f1", "cat", "the", 0.0, id="no words and some are not"),
    ],
)
def test_one_pair(name, prediction, reference, score):
    assert values(answers((prediction, reference)), name) == [pytest.approx(score, abs=1e-15)]


@pytest.mark.parametrize(
    ("name", "references", "score"),
    [
        ("exact_match", ["Rome", "Paris"], 1.0),
        ("contains", ["Rome", "Pari"], 1.0),
        ("regex", ["^R", "^P"], 1.0),
        ("token_f1", ["Rome", "Paris France"], 2 / 3),
        ("token_f1", ["the", "Rome"], 0.0),  # SQuAD leaves out a reference of no words where another has some
    ],
)
def test_the_best_of_several_references_counts(name, references, score):
    assert values(answers(("Paris", references)), name) == [pytest.approx(score)]


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        pytest.param("exact_match:gsm8k_strict", "A: 18", id="nothing to extract"),
        pytest.param("contains", "", id="an empty text stands in all"),
        pytest.param("regex", "(", id="no pattern"),
        pytest.param("regex", "a(?=b)", id="look-around, which may take for ever"),
    ],
)
def test_a_reference_that_cannot_be_used_is_no_zero(name, reference):
    result = scored(answers(("x", reference), ("a", "a#### 1")), name).scores[0]

    assert (result.n, result.reasons) == (1, {"bad_reference": 1})


def test_a_pattern_that_would_hang_other_engines_does_not_hang():
    assert values(answers(("a" * 5000 + "b", "(a+)+$")), "regex") == [0.0]


def test_one_pattern_can_serve_all_rows():
    frame = answers(("abc", "-"), ("xyz", "-"))

    assert values(frame, "regex", pattern="^a") == [1.0, 0.0]
    assert "pattern:^a" in scored(frame, "regex", pattern="^a").signatures[0]


def test_one_pattern_needs_no_reference():
    frame = answers(("abc", None), ("xyz", []), ("", None))
    alone, own = (scored(frame, "regex", **settings).scores[0] for settings in ({"pattern": "^a"}, {}))

    assert (alone.value, alone.n, alone.reasons) == (0.5, 2, {"empty_prediction": 1})
    assert (own.n, own.reasons) == (0, {"empty_prediction": 1, "no_reference": 2})


def test_one_pattern_that_cannot_be_read_is_told():
    with pytest.raises(ConfigError, match="no pattern that the engine can read"):
        make_metric("regex", {"pattern": "(["})


def test_the_value_is_the_mean():
    assert value(answers(("a", "a"), ("b", "a"), ("a", "a"), ("c", "a")), "exact_match") == 0.5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("exact_mach", "did you mean 'exact_match'?"),
        ("exact_match:squat", "exact_match:squad"),
        ("f1", "there is f1:macro, f1:micro, f1:weighted"),
        ("perplexity", "perplexity:bits_per_byte"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(name, told):
    with pytest.raises(ConfigError, match="no metric is called") as error:
        make_metric(name)

    assert told in str(error.value)


def test_an_unknown_setting_is_told():
    with pytest.raises(ConfigError, match="no such setting; did you mean 'tokenize'"):
        make_metric("bleu", {"tokenise": "zh"})
