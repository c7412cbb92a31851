"""The JSON-Schema-Test-Suite, draft 2020-12: every required test has the verdict that it records."""

from __future__ import annotations

import json

from tests.conftest import REAL_DATA
from tests.evalkit.answers import answers, values

SUITE = REAL_DATA / "raw/jsonschema_suite"
SERVER = "http://localhost:1234/draft2020-12"
DRAFT = "https://json-schema.org/draft/2020-12"


def anchored(kind: str, refers: str = "$ref") -> dict[str, object]:
    """Return a document whose ``foo`` is what an anchor in it says."""
    here = {"$dynamicRef": "$dynamicAnchor", "$ref": "$anchor"}[refers]
    return {"$defs": {"foo": {refers: "#detached"}, "any": {here: "detached", "type": kind}}}


def draft(*vocabularies: str, without: str = "") -> dict[str, object]:
    """Return a meta-schema of some of the draft's vocabularies, and of one that no one knows and no one must."""
    known: dict[str, bool] = {f"{DRAFT}/vocab/{name}": True for name in vocabularies}
    return {
        "$dynamicAnchor": "meta",
        "$vocabulary": known | ({without: False} if without else {}),
        "allOf": [{"$ref": f"{DRAFT}/meta/{name}"} for name in vocabularies],
    }


TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
DOCUMENTS: dict[str, dict[str, object]] = {  # what the suite's own server has of those its required tests refer to
    "integer.json": WHOLE,
    "subSchemas.json": {"$defs": {"integer": WHOLE, "refToInteger": {"$ref": "#/$defs/integer"}}},
    "locationIndependentIdentifier.json": {
        "$defs": {"refToInteger": {"$ref": "#foo"}, "any": WHOLE | {"$anchor": "foo"}}
    },
    "name-defs.json": TEXT | {"$defs": {"orNull": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}},
    "ref-and-defs.json": {
        "$id": f"{SERVER}/ref-and-defs.json", "$ref": "#/$defs/one", "$defs": {"one": {"properties": {"bar": TEXT}}},
    },
    "detached-ref.json": anchored("integer"),
    "detached-dynamicref.json": anchored("integer", "$dynamicRef"),
    "different-id-ref-string.json": {
        "$id": f"{SERVER}/elsewhere.json", "$ref": "#/$defs/text", "$defs": {"text": TEXT},
    },
    "urn-ref-string.json": {"$id": "urn:example:text", "$ref": "#/$defs/text", "$defs": {"text": TEXT}},
    "nested-absolute-ref-to-string.json": {
        "$ref": f"{SERVER}/inside.json", "$defs": {"one": {"$id": f"{SERVER}/inside.json"} | TEXT},
    },
    "nested/string.json": TEXT,
    "nested/foo-ref-string.json": {"properties": {"foo": {"$ref": "string.json"}}},
    "baseUriChange/folderInteger.json": WHOLE,
    "baseUriChangeFolder/folderInteger.json": WHOLE,
    "baseUriChangeFolderInSubschema/folderInteger.json": WHOLE,
    "tree.json": {
        "$id": f"{SERVER}/tree.json", "$dynamicAnchor": "node",
        "properties": {"children": {"type": "array", "items": {"$dynamicRef": "#node"}}, "data": True},
    },
    "extendible-dynamic-ref.json": {
        "$id": f"{SERVER}/extendible-dynamic-ref.json", "$defs": {"any": {"$dynamicAnchor": "elements"}},
        "properties": {"elements": {"items": {"$dynamicRef": "#elements"}, "type": "array"}},
        "required": ["elements"], "additionalProperties": False,
    },
    "metaschema-no-validation.json": draft("core", "applicator"),
    "metaschema-optional-vocabulary.json": draft("core", "validation", without="http://localhost:1234/vocab/unknown"),
}  # fmt: skip


def test_every_required_test_has_its_verdict(real_data, tmp_path):
    """Oracle: the suite. Documents that its tests refer to are written here, by what the tests say of them."""
    for name, document in DOCUMENTS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"$schema": f"{DRAFT}/schema"} | document))
    cases = [
        (path.name, group["schema"], test)
        for path in sorted(SUITE.glob("*.json"))
        for group in json.loads(path.read_text())
        for test in group["tests"]
    ]
    frame = answers(
        *((json.dumps(test["data"]), None) for _, _, test in cases),
        schema=[json.dumps(schema) for _, schema, _ in cases],
    )

    found = values(frame, "json_schema", registry=tmp_path, registry_uri=SERVER)

    wrong = [
        (name, test["description"], got)
        for (name, _, test), got in zip(cases, found, strict=True)
        if got != test["valid"]  # null, an unscored one, is wrong too
    ]
    assert len(cases) == 1299
    assert wrong == []
