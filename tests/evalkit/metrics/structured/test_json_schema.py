"""JSON of a schema: a row's own, one for all rows, one that refers to documents of a folder."""

from __future__ import annotations

import json

import pytest

from curate.core.run.errors import ConfigError
from tests.evalkit.answers import answers, scored, values

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
