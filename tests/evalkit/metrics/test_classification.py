"""Accuracy, F1 and correlation equal scikit-learn's; answers that are no label have a column of their own."""

from __future__ import annotations

import random

import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from tests.evalkit.answers import answers, rows_of, scored, value, values

NAMES = ("accuracy", "f1:macro", "f1:micro", "f1:weighted", "mcc")


def oracle(wanted, said):
    labels = sorted(set(wanted))
    f1 = {a: f1_score(wanted, said, labels=labels, average=a, zero_division=0) for a in ("macro", "micro", "weighted")}
    return [accuracy_score(wanted, said), f1["macro"], f1["micro"], f1["weighted"], matthews_corrcoef(wanted, said)]


@pytest.mark.parametrize("seed", range(8))
def test_equal_to_scikit_learn(seed):
    random.seed(seed)
    labels = [f"label_{n}" for n in range(random.randint(2, 12))]
    wanted = random.choices(labels, weights=range(1, len(labels) + 1), k=400)
    said = [one if random.random() < 0.6 else random.choice([*labels, "(none of them)"]) for one in wanted]
    frame = answers(*zip(said, wanted, strict=True))

    assert [value(frame, name) for name in NAMES] == pytest.approx(oracle(wanted, said), abs=1e-12)


def test_equal_to_scikit_learn_on_real_labels(real_data):
    wanted = [row["label"] for row in rows_of(real_data / "jsonl/banking77_test.cls.jsonl")]
    random.seed(1)
    said = [one if random.random() < 0.8 else random.choice(wanted) for one in wanted]
    frame = answers(*zip(said, wanted, strict=True))

    result = scored(frame, *NAMES)

    assert [score.value for score in result.scores] == pytest.approx(oracle(wanted, said), abs=1e-12)


@pytest.mark.parametrize(
    ("answer", "extract", "right"),
    [
        pytest.param("spam", "exact", 1, id="the label"),
        pytest.param(" Spam.", "exact", 0, id="exact is exact"),
        pytest.param(' "Spam". ', "trimmed", 1, id="trimmed of quotes and stops, in any letter case"),
        pytest.param("It is spam", "trimmed", 0, id="a sentence is no label"),
        pytest.param("It is spam, I think", "mentioned", 1, id="mentioned in a sentence"),
        pytest.param("spam or ham?", "mentioned", 0, id="two labels are none"),
        pytest.param("spammer", "mentioned", 0, id="a part of a word is none"),
        pytest.param("not_spam at all", "mentioned", 0, id="the longest label that stands there is meant"),
    ],
)
def test_label_extractor(answer, extract, right):
    frame = answers((answer, "spam"), ("ham", "ham"), ("not_spam", "not_spam"))

    assert values(frame, "accuracy", extract=extract)[0] == right


@pytest.mark.parametrize("wanted", ["ham", "spam"])
def test_an_answer_that_names_two_labels_has_neither(wanted):
    frame = answers(("spam or ham?", wanted), ("ham", "ham"), ("spam", "spam"))

    assert values(frame, "accuracy", extract="mentioned") == [0, 1, 1]


@pytest.mark.parametrize("extract", ["trimmed", "mentioned"])
@pytest.mark.parametrize("wanted", ["A", "a"])
def test_of_labels_that_differ_in_case_alone_only_the_very_label_is_one(wanted, extract):
    frame = answers(("'A'", wanted), ("A", "A"), ("a", "a"))

    assert values(frame, "accuracy", extract=extract) == [0, 1, 1]


def test_a_label_under_a_key_of_json():
    frame = answers(('{"label": "spam"}', "spam"), ("spam", "spam"), ('{"label": 1}', "ham"))

    assert values(frame, "accuracy", key="label") == [1, 0, 0]


@pytest.mark.parametrize(
    ("answer", "reference", "right"),
    [
        pytest.param(
            '{"intent": "refund"}', '{"intent":"refund"}', 1, id="a reference that is an object has the key too"
        ),
        pytest.param('{"intent": "other"}', '{"intent":"refund"}', 0, id="another label under it"),
        pytest.param(
            '{"intent": "refund", "sure": 1}', '{"id": 7, "intent": "refund"}', 1, id="other keys do not count"
        ),
        pytest.param('{"intent": 3}', "3", 1, id="a number is its JSON"),
        pytest.param('{"intent": "3"}', '{"intent": 3}', 1, id="a number that one side has as a text"),
        pytest.param('{"intent": 4}', '{"intent": 3}', 0, id="another number"),
        pytest.param('{"intent": true}', "true", 1, id="a truth value is its JSON"),
        pytest.param('{"intent": false}', '{"intent": true}', 0, id="the other truth value"),
        pytest.param('{"intent": null}', "null", 0, id="null is no label"),
        pytest.param('{"intent": ["refund"]}', "refund", 0, id="a list is no label"),
        pytest.param('{"intent": "refund"}', '{"other": "refund"}', None, id="a reference without the key"),
        pytest.param('{"intent": "[1]"}', "[1]", 1, id="a reference that is no object is the label itself"),
    ],
)
def test_what_stands_under_a_key(answer, reference, right):
    assert values(answers((answer, reference), ("{}", "refund"), ("{}", "4")), "accuracy", key="intent")[0] == right


def test_any_of_several_references_may_be_the_label():
    """As exact_match, which accepts each of them; where the answer is none of them, the first is the wanted one."""
    frame = answers(("b", ["a", "b"]), ("c", ["a", "b"]), ("a", ["a", "b"]), ("c", "c"))
    result = scored(frame, "accuracy", "exact_match", "f1:macro")

    assert result.scores[0].value == result.scores[1].value == 3 / 4
    assert result.scores[2].value == pytest.approx(f1_score(list("baac"), list("bcac"), average="macro"))
    assert values(answers(("b", ["x", "b"])), "accuracy", labels=["a", "b"]) == [1]


def test_answers_that_are_no_label_at_all_are_said():
    def said(*rows, **settings):
        result = scored(answers(*rows), "accuracy", **settings)
        return result.measured[0].metric.warnings(result.frame)

    wrong = [('{"label": "a"}', "a"), ('{"label": "b"}', "b"), (None, "a"), ("", "a")]

    assert said(*wrong)[0].startswith(
        "accuracy: none of 2 answers has one of the 2 labels, so that each counts as wrong"
    )
    assert "none of 2 answers has one of the 2 labels under the key 'lable'" in said(*wrong, key="lable")[0]
    assert said(*wrong, key="label") == []
    assert said(("b", "a"), ("b", "b")) == said((None, "a")) == []


def test_other_answers_are_a_column_of_the_matrix():
    frame = answers(("a", "a"), ("b", "a"), ("who knows", "a"), ("b", "b"))
    result = scored(frame, "f1:macro").measured[0]

    details = result.metric.details(frame, result.statistics)

    assert details["other"] == 1
    assert {"wanted": "a", "said": None, "n": 1} in details["confusion"]
    assert details["labels"] == [
        {"label": "a", "precision": 1.0, "recall": 1 / 3, "f1": 0.5, "n": 3},
        {"label": "b", "precision": 0.5, "recall": 1.0, "f1": 2 / 3, "n": 1},
    ]


def test_given_labels_make_other_references_unscored():
    result = scored(answers(("a", "a"), ("b", "c")), "accuracy", labels=["a", "b"]).scores[0]

    assert (result.value, result.n, result.reasons) == (1.0, 1, {"bad_reference": 1})


def test_a_label_with_one_row_only_does_not_break_the_interval():
    result = scored(answers(("a", "a"), ("b", "b"), ("a", "a"), ("a", "a")), "f1:macro", "mcc")

    assert all(score.interval is not None and score.interval[0] <= score.value <= 1 for score in result.scores)
