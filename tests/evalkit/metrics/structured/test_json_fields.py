"""The fields of JSON in answers: found, right, and counted over all rows."""

from __future__ import annotations

import pytest

from evalkit.results import as_scores
from tests.evalkit.answers import answers, scored, value, values


@pytest.mark.parametrize(
    ("said", "wanted", "f1", "precision", "recall", "exact"),
    [
        pytest.param('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', 1, 1, 1, 1, id="the order of keys does not matter"),
        pytest.param('{"a": 1}', '{"a": 1, "b": 2}', 2 / 3, 1, 1 / 2, 0, id="one missing"),
        pytest.param('{"a": 1, "b": 3}', '{"a": 1, "b": 2}', 1 / 2, 1 / 2, 1 / 2, 0, id="one wrong"),
        pytest.param('{"a": 1.0}', '{"a": 1}', 1, 1, 1, 1, id="1.0 is 1"),
        pytest.param('{"a": true}', '{"a": 1}', 0, 0, 0, 0, id="true is not 1"),
        pytest.param('{"a": "1"}', '{"a": 1}', 0, 0, 0, 0, id="a text is no number"),
        pytest.param(
            '{"a": 12345678901234567890123}', '{"a": 12345678901234567890124}', 0, 0, 0, 0, id="long numbers are exact"
        ),
        pytest.param('{"a": [1, 2]}', '{"a": [2, 1]}', 0, 0, 0, 0, id="the order of a list counts"),
        pytest.param('{"a": {"[0]": 1}}', '{"a": [1]}', 0, 0, 0, 0, id="a key in brackets is no place in a list"),
        pytest.param('{"a": {}}', '{"a": {}}', 1, 1, 1, 1, id="an empty object is a field"),
        pytest.param("no JSON", '{"a": 1}', 0, 0, 0, 0, id="an answer that is no JSON has no field"),
    ],
)
def test_fields(said, wanted, f1, precision, recall, exact):
    frame = answers((said, wanted))

    found = [value(frame, f"json_fields:{part}") for part in ("f1", "precision", "recall", "exact")]

    assert found == [pytest.approx(f1), pytest.approx(precision), recall, exact]


def test_lists_can_be_sets():
    assert value(answers(('{"a": [1, 2, 2]}', '{"a": [2, 1, 2]}')), "json_fields:f1", lists="unordered") == 1.0
    assert value(answers(('{"a": [1, 2]}', '{"a": [2, 1, 2]}')), "json_fields:recall", lists="unordered") == 2 / 3


def test_unordered_lists_are_equal_where_their_elements_are():
    """Oracle: by hand; the fields are all there, in objects that are not."""
    ann, bob = '{"name": "Ann", "age": 30}', '{"name": "Bob", "age": 40}'
    swapped = '[{"name": "Ann", "age": 40}, {"name": "Bob", "age": 30}]'
    frame = answers(
        (f"[{ann}, {bob}]", f"[{bob}, {ann}]"), (f"[{ann}, {bob}]", swapped), ("[[1, 2], [3]]", "[[3, 1], [2]]")
    )

    assert [row[3] for row in values(frame, "json_fields:exact", lists="unordered")] == [1, 0, 0]
    assert values(
        answers((f"[{ann}, {bob}]", [swapped, f"[{bob}, {ann}]"])), "json_fields:exact", lists="unordered"
    ) == [[4, 4, 4, 1]]


LONG = 12345678901234567890123


@pytest.mark.parametrize(
    ("said", "wanted", "exact", "settings"),
    [
        pytest.param(f'Here: {{"id": {LONG}}}', f'{{"id": {LONG}}}', 1, {"extract": True}, id="equal, in other text"),
        pytest.param(f'Here: {{"id": {LONG + 1}}}', f'{{"id": {LONG}}}', 0, {"extract": True}, id="one more"),
        pytest.param(
            f'{{"id": {LONG}}}', '{"id": 1.2345678901234568e22}', 1, {}, id="a reference that lost its digits"
        ),
    ],
)
def test_long_numbers(said, wanted, exact, settings):
    assert values(answers((said, wanted)), "json_fields:exact", **settings)[0][3] == exact


def test_an_empty_list_can_be_what_is_wanted():
    frame = answers(("[]", []), ('[{"a": 1}]', []), ("none", []), ("[]", None))

    assert values(frame, "json_fields:exact") == [[1, 1, 1, 1], [0, 1, 1, 0], [0, 0, 1, 0], None]


def test_fields_are_counted_over_all_rows_and_each_apart():
    frame = answers(('{"a": 1}', '{"a": 1}'), ('{"a": 2, "l": [{"x": 1}]}', '{"a": 1, "l": [{"x": 1}, {"x": 2}]}'))
    result = scored(frame, "json_fields:f1").measured[0]

    assert result.metric.total(result.statistics) == pytest.approx(2 * 2 / (3 + 4))
    assert [
        (row["field"], row["n"], row["f1"]) for row in result.metric.details(frame, result.statistics)["fields"]
    ] == [
        ("/a", 2, 0.5),
        ("/l/*/x", 2, pytest.approx(2 / 3)),
    ]


def test_precision_of_a_model_that_stopped_writing_json_is_0():
    """scikit-learn's default for 0/0, as F1 and recall have it; the interval is that of no right field at all."""
    score = scored(answers(*[("Sure!", '{"a": 1}')] * 300), "json_fields:precision").scores[0]

    assert (score.value, score.n, score.reasons) == (0.0, 300, {})
    assert score.interval is not None
    assert score.interval[0] == 0.0 < score.interval[1] < 0.05


@pytest.mark.parametrize(
    ("said", "references", "f1", "exact"),
    [
        pytest.param('{"a": 1}', ['{"a": 1, "b": 2}', '{"a": 1}'], 1, 1, id="the one that is equal"),
        pytest.param('{"a": 1, "b": 2}', ['{"a": 1}', '{"a": 1, "b": 2, "c": 3, "d": 4}'], 2 / 3, 0, id="equal F1"),
        pytest.param('{"a": 1, "b": 0}', ['{"a": 1, "b": 2, "c": 3}', '{"b": 0}'], 2 / 3, 0, id="the higher F1"),
        pytest.param("no JSON", ['{"a": 1, "b": 2}', '{"a": 1}', "none"], 0, 0, id="no field at all"),
    ],
)
def test_the_reference_that_fits_best_whatever_their_order(said, references, f1, exact):
    frames = [answers((said, order), ('{"a": 1}', '{"a": 1}')) for order in (references, references[::-1])]
    counts = [values(frame, "json_fields:f1") for frame in frames]
    right, own, wanted, equal = counts[0][0]

    assert counts[0] == counts[1]
    assert (2 * right / (own + wanted), equal) == (pytest.approx(f1), exact)


def test_a_reference_that_is_no_json_is_unscored():
    assert scored(answers(("{}", "none")), "json_fields:f1").scores[0].reasons == {"bad_reference": 1}


def test_fields_are_told_of_scored_rows_alone():
    """Oracle: the two rows that have a score; none of the others says that a field is wrong."""
    able = [('{"a": 1}', '{"a": 1}'), ('{"a": 2}', '{"a": 1}')]
    unable = [("", '{"a": 1}'), (" ", '{"a": 1}'), (None, '{"a": 1}'), ('{"a": 1}', None)]
    result = scored(answers(*able, *unable, ('{"a": 1}', "none")), "json_fields:f1")

    told = as_scores(result, {})["metrics"]["json_fields:f1"]

    assert (told["n"], told["reasons"]) == (
        2,
        {"bad_reference": 1, "empty_prediction": 2, "no_prediction": 1, "no_reference": 1},
    )
    assert told["details"] == {
        "field_kinds": 1,
        "fields": [{"field": "/a", "precision": 0.5, "recall": 0.5, "f1": 0.5, "n": 2}],
    }
