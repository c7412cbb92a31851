"""JSON in answers: valid, extracted, of a schema, its fields, calls of tools."""

from __future__ import annotations

import json

import pytest

from curate.core.run.errors import ConfigError
from tests.evalkit.answers import answers, scored, value, values

DEEP = "[" * 1500 + "]" * 1500


@pytest.mark.parametrize(
    ("text", "valid", "extracted"),
    [
        pytest.param('{"a": 1}', 1, 1, id="an object"),
        pytest.param(" \n[1, 2]\t", 1, 1, id="space around it"),
        pytest.param("null", 1, 1, id="null is JSON, and stays whole"),
        pytest.param("12", 1, 1, id="a number"),
        pytest.param('{"a": 1, "a": 2}', 1, 1, id="a key that repeats is still JSON"),
        pytest.param('```json\n{"a": 1}\n```', 0, 1, id="a fenced block"),
        pytest.param("Here:\n```\n[1]\n```\nDone.", 0, 1, id="a fence without a name"),
        pytest.param('It is {"a": [1, {"b": 2}]}, I think.', 0, 1, id="a value in a sentence"),
        pytest.param('Use {braces} as in {"a": 1}', 0, 1, id="the first braces are none"),
        pytest.param('{"a": 1} trailing', 0, 1, id="text after it"),
        pytest.param("the number 12", 0, 0, id="a bare number in a sentence is not taken"),
        pytest.param("{'a': 1}", 0, 0, id="Python's quotes"),
        pytest.param('{"a": NaN}', 0, 0, id="NaN"),
        pytest.param('{"a": 1,}', 0, 0, id="a trailing comma"),
        pytest.param('"\\ud800"', 0, 0, id="half a surrogate pair"),
        pytest.param("[1e400]", 0, 0, id="beyond a double"),
        pytest.param('{"a": ', 0, 0, id="cut off"),
        pytest.param(DEEP, 0, 0, id="nested too deep"),
        pytest.param("[" * 200_000, 0, 0, id="hostile openings"),
        pytest.param("\ufeff{}", 0, 1, id="a byte-order mark"),
    ],
)
def test_valid_and_extracted_are_two_things(text, valid, extracted):
    frame = answers((text, None))

    assert values(frame, "json_valid") == [valid]
    assert values(frame, "json_extracted") == [extracted]


def test_the_first_fence_wins_over_a_value_before_it():
    frame = answers(('{"a": 1}\n```json\n{"a": 2}\n```', '{"a": 2}'))

    assert value(frame, "json_fields:exact", extract=True) == 1.0


@pytest.mark.parametrize("kind", ["y", "n"])
def test_the_json_test_suite(real_data, kind):
    paths = sorted((real_data / "raw/json_test_suite").glob(f"{kind}_*.json"))
    texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in paths]
    kept = [text for text in texts if text.isascii() or max(text) < "\udc80"]  # a prediction is always UTF-8

    result = scored(answers(*((text, None) for text in kept)), "json_valid")

    assert len(kept) >= 45
    assert set(result.measured[0].statistics.drop_nulls()) == {float(kind == "y")}


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}, "day": {"format": "date"}}, "required": ["n"]}


@pytest.mark.parametrize(
    ("text", "settings", "score"),
    [
        pytest.param('{"n": 1}', {}, 1, id="it keeps it"),
        pytest.param('{"n": 1.0}', {}, 1, id="1.0 is an integer"),
        pytest.param('{"n": "1"}', {}, 0, id="a wrong type"),
        pytest.param("{}", {}, 0, id="a missing key"),
        pytest.param('Sure: {"n": 1}', {}, 0, id="other text around it"),
        pytest.param('{"n": 1, "day": "soon"}', {}, 1, id="format is a remark"),
        pytest.param('{"n": 1, "day": "soon"}', {"formats": True}, 0, id="format on request"),
        pytest.param("{", {}, 0, id="no JSON"),
    ],
)
def test_schema_of_the_row(text, settings, score):
    frame = answers((text, None), schema=[json.dumps(SCHEMA)])

    assert values(frame, "json_schema", **settings) == [score]


def test_schema_takes_a_value_out_of_other_text_on_request():
    frame = answers(('Sure: {"n": 1}', None), schema=[json.dumps(SCHEMA)])

    assert values(frame, "json_schema:extracted") == [1]


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(None, id="none"),
        pytest.param('{"type": "nonsense"}', id="broken"),
        pytest.param('{"$ref": "http://example.com/schema.json"}', id="one that would have to be fetched"),
    ],
)
def test_a_row_without_a_usable_schema_is_unscored(schema):
    result = scored(answers(("{}", None), schema=[schema]), "json_schema").scores[0]

    assert (result.value, result.reasons) == (None, {"bad_schema": 1})


@pytest.mark.parametrize(("draft", "told"), [("4", True), ("2020-12", False)])
def test_the_draft_can_be_said(draft, told):
    schema = json.dumps({"items": [{"type": "integer"}, {"type": "string"}], "additionalItems": False})
    if draft == "2020-12":
        schema = schema.replace('"items"', '"prefixItems"').replace('"additionalItems"', '"items"')
    frame = answers(('[1, "a"]', None), ('["a", 1]', None), schema=[schema] * 2)

    assert values(frame, "json_schema", draft=draft) == [1, 0]
    assert f"draft:{draft}" in scored(frame, "json_schema", draft=draft).signatures[0]


def test_one_schema_for_all_rows_and_a_table_of_errors(tmp_path):
    (tmp_path / "s.json").write_text(json.dumps({"type": "array", "items": SCHEMA}))
    frame = answers(('[{"n": 1}]', None), ('[{"n": "x"}, {"n": "y"}, {}]', None), ("no", None))
    result = scored(frame, "json_schema", path=tmp_path / "s.json").measured[0]

    details = result.metric.details(frame, result.statistics)

    assert result.statistics.to_list() == [1, 0, 0]
    assert details["errors"] == [
        {"pointer": "", "keyword": "json", "n": 1, "rows": 1},
        {"pointer": "/*", "keyword": "required", "n": 1, "rows": 1},
        {"pointer": "/*/n", "keyword": "type", "n": 2, "rows": 1},
    ]


@pytest.mark.parametrize(("text", "told"), [("{", "no JSON Schema that can be used"), (None, "cannot be read")])
def test_a_broken_schema_for_all_rows_is_an_error(tmp_path, text, told):
    if text is not None:
        (tmp_path / "s.json").write_text(text)

    with pytest.raises(ConfigError, match=told):
        scored(answers(("{}", None)), "json_schema", path=tmp_path / "s.json")


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
        pytest.param('{"a": {}}', '{"a": {}}', 1, 1, 1, 1, id="an empty object is a field"),
        pytest.param("no JSON", '{"a": 1}', 0, None, 0, 0, id="an answer that is no JSON has no field"),
    ],
)
def test_fields(said, wanted, f1, precision, recall, exact):
    frame = answers((said, wanted))

    found = [value(frame, f"json_fields:{part}") for part in ("f1", "precision", "recall", "exact")]

    assert found == [pytest.approx(f1), precision if precision is None else pytest.approx(precision), recall, exact]


def test_lists_can_be_sets():
    assert value(answers(('{"a": [1, 2, 2]}', '{"a": [2, 1, 2]}')), "json_fields:f1", lists="unordered") == 1.0
    assert value(answers(('{"a": [1, 2]}', '{"a": [2, 1, 2]}')), "json_fields:recall", lists="unordered") == 2 / 3


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


def test_a_reference_that_is_no_json_is_unscored():
    assert scored(answers(("{}", "none")), "json_fields:f1").scores[0].reasons == {"bad_reference": 1}


CALL = {"name": "book", "arguments": {"seats": 2, "to": "Rome"}}


@pytest.mark.parametrize(
    ("said", "wanted", "score"),
    [
        pytest.param(CALL, CALL, 1, id="equal"),
        pytest.param([CALL], CALL, 1, id="a list of one"),
        pytest.param({"name": "book", "arguments": '{"to": "Rome", "seats": 2}'}, CALL, 1, id="arguments as a text"),
        pytest.param({"type": "function", "id": "1", "function": CALL}, CALL, 1, id="as endpoints send it"),
        pytest.param({"name": "book", "arguments": {"seats": 3, "to": "Rome"}}, CALL, 0, id="a wrong argument"),
        pytest.param({"name": "book", "arguments": {"seats": 2}}, CALL, 0, id="a missing argument"),
        pytest.param({"name": "cancel", "arguments": {"seats": 2, "to": "Rome"}}, CALL, 0, id="a wrong name"),
        pytest.param([CALL, CALL], CALL, 0, id="one call too many"),
        pytest.param([CALL, {"name": "now"}], [{"name": "now", "arguments": {}}, CALL], 1, id="in another order"),
        pytest.param("I booked it.", CALL, 0, id="prose where a call is wanted"),
        pytest.param("I cannot.", [], 1, id="prose where none is"),
        pytest.param(CALL, [], 0, id="a call where none is wanted"),
    ],
)
def test_tool_calls(said, wanted, score):
    text = said if isinstance(said, str) else json.dumps(said)

    assert values(answers((text, json.dumps(wanted))), "tool_calls") == [score]


def test_names_of_calls_alone_and_their_order():
    other = json.dumps([{"name": "now"}, {"name": "book", "arguments": {}}])
    frame = answers((json.dumps([CALL, {"name": "now"}]), other))

    assert values(frame, "tool_calls:names") == [1]
    assert values(frame, "tool_calls:names", ordered=True) == [0]


def test_a_reference_that_is_no_call_is_unscored():
    assert scored(answers(("[]", "Rome")), "tool_calls").scores[0].reasons == {"bad_reference": 1}


def test_real_gold_calls_are_right_against_themselves_in_any_spelling(real_data):
    lines = (real_data / "jsonl/bfcl_parallel.jsonl").read_text().splitlines()
    gold = [
        [{"name": n, "arguments": a} for call in json.loads(line)["gold"] for n, a in call.items()] for line in lines
    ]
    spelt = [
        [{"function": {"name": one["name"], "arguments": json.dumps(one["arguments"])}} for one in calls]
        for calls in gold
    ]
    frame = answers(*((json.dumps(said[::-1]), json.dumps(wanted)) for said, wanted in zip(spelt, gold, strict=True)))

    assert value(frame, "tool_calls") == 1.0


def test_maskbench_has_all_its_verdicts(real_data):
    """Oracle: the valid and invalid instances that maskbench ships with each schema (645 and 792)."""
    rows = [json.loads(line) for line in (real_data / "jsonl/maskbench.jsonl").read_text().splitlines()]
    cases = [(row["schema"], test) for row in rows for test in row["tests"]]
    frame = answers(
        *((json.dumps(test["data"]), None) for _, test in cases), schema=[json.dumps(schema) for schema, _ in cases]
    )

    result = scored(frame, "json_schema", formats=True)

    assert len(cases) == 645 + 792
    found = result.measured[0].statistics.to_list()
    wrong = [number for number, (_, test) in enumerate(cases) if found[number] != float(test["valid"])]
    assert wrong == []


WHOLE = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
DOCUMENTS = {
    "number.json": WHOLE | {"type": "integer", "$defs": {"big": {"minimum": 100}}},
    "parts/named.json": WHOLE | {"$defs": {"word": {"$anchor": "word", "type": "string"}}},
    "parts/list.json": WHOLE | {"$id": "http://schemas.example/list", "$dynamicAnchor": "item", "type": "array",
                                "items": {"$dynamicRef": "#item"}},
    "lax.json": WHOLE | {"$id": "http://schemas.example/lax", "$dynamicAnchor": "meta",
                         "$vocabulary": {"https://json-schema.org/draft/2020-12/vocab/core": True,
                                         "https://json-schema.org/draft/2020-12/vocab/applicator": True}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "value", "valid"),
    [
        pytest.param({"$ref": "http://local/number.json"}, 3, 1.0, id="by place"),
        pytest.param({"$ref": "http://local/number.json"}, "3", 0.0, id="by place, broken"),
        pytest.param({"$ref": "http://local/number.json#/$defs/big"}, 3, 0.0, id="a part of it"),
        pytest.param({"$id": "http://local/x", "$ref": "parts/named.json#word"}, "w", 1.0, id="relative, by anchor"),
        pytest.param({"$id": "http://local/x", "$ref": "parts/named.json#word"}, 1, 0.0, id="relative, broken"),
        pytest.param({"$ref": "http://schemas.example/list"}, [[], []], 1.0, id="by its own name"),
        pytest.param({"$ref": "http://schemas.example/list"}, [1], 0.0, id="by its own name, dynamic"),
        pytest.param({"$schema": "http://schemas.example/lax", "minimum": 9}, 1, 1.0, id="a draft without minimum"),
        pytest.param({"$ref": "http://elsewhere/x.json"}, 3, None, id="what is not in the folder is not fetched"),
    ],
)
def test_a_schema_refers_to_documents_of_a_folder(tmp_path, schema, value, valid):
    for name, document in DOCUMENTS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document))
    frame = answers((json.dumps(value), None), schema=[json.dumps(schema)])

    result = scored(frame, "json_schema", registry=tmp_path, registry_uri="http://local/")

    assert result.measured[0].statistics.to_list() == [valid]
    assert "|registry:" in result.signatures[0]


@pytest.mark.parametrize(
    ("files", "told"),
    [({}, "holds no"), ({"a.json": "{"}, "is no JSON"), ({"a.json": "{}"}, "has no .id that is a whole URI")],
)
def test_a_registry_that_cannot_be_used(tmp_path, files, told):
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    with pytest.raises(ConfigError, match=told):
        scored(answers(("1", None), schema=["{}"]), "json_schema", registry=tmp_path)
