"""What a schema refuses, and in which words; the oracle is jsonschema, whose formats are remarks."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from curate.check.schemas import Rules, compile_rules

DRAFT_7 = {"$schema": "http://json-schema.org/draft-07/schema#"}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
LEAVES = st.sampled_from(
    [
        *({"type": "integer"}, {"type": ["string", "null"]}, {"enum": [1, "a", None]}, {"const": "a"}, CITY, True, {}),
        *({"format": "date-time"}, {**DRAFT_7, "format": "uri"}, {"minimum": 2}, {"maxLength": 1}, {"pattern": "^a+$"}),
    ]
)
SCHEMAS: Any = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from(["city", "days"]), inner)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=4,
)
VALUES: Any = st.recursive(
    st.sampled_from([None, True, 1, 2.5, "a", "b", "aa"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["city", "days"]), inner),
    max_leaves=4,
)


@given(SCHEMAS, VALUES)
def test_a_value_breaks_a_schema_where_it_does_by_the_reference(schema, value):
    valid = validator_for(schema)(schema).is_valid(value)

    assert (Rules(schema).breach(value) is None) is valid


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        pytest.param(CITY, {"city": None}, 'city: null is not of type "string"', id="values are in the words of JSON"),
        pytest.param(CITY, {}, '"city" is a required property', id="at the root there is no place"),
        pytest.param({"items": {"properties": {"a": {"minimum": 2}}}}, [{}, {"a": 1}],
                     "[1].a: 1 is less than the minimum of 2", id="inside an array"),
        pytest.param({"uniqueItems": True}, [*range(5_000), 7],
                     "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22… has non-unique elements",
                     id="a long value is cut, its reason is not"),
        pytest.param({"anyOf": [CITY, {"type": "null"}]}, {"town": 1}, '"city" is a required property',
                     id="of alternatives the one whose type it has"),
        pytest.param({"type": "object"}, json.loads("[" * 90 + "]" * 90),
                     f'{"[" * 59}… is not of type "object"', id="a deep value"),
    ],
)  # fmt: skip
def test_a_failure_is_told_with_its_place_and_its_reason(schema, value, told):
    assert Rules(schema).breach(value) == told


@pytest.mark.parametrize(
    ("schema", "value", "breaks"),
    [
        pytest.param({"pattern": "^(a+)+$"}, "a" * 40 + "!", True, id="a pattern that Python tries for days"),
        pytest.param({"pattern": r"^(a|aa)+(?=c)\1$"}, "a" * 40 + "!", False, id="a pattern that is given up is no proof"),
        pytest.param({"anyOf": [{"pattern": r"^(a|aa)+(?=c)\1$"}, {"type": "null"}]}, "a" * 40 + "!", False,
                     id="nor is it in a branch"),
        pytest.param({"uniqueItems": True}, [{"i": i} for i in range(20_000)] + [{"i": 5}], True, id="many objects"),
    ],
)  # fmt: skip
def test_no_schema_holds_up_a_check(schema, value, breaks):
    begun = time.process_time()

    assert (Rules(schema).breach(value) is not None) is breaks
    assert time.process_time() - begun < 5


NULLABLE = [
    pytest.param({"type": "integer"}, id="a type"),
    pytest.param({"type": ["integer", "string"]}, id="types"),
    pytest.param({"type": "string", "enum": ["a", "b"]}, id="values"),
    pytest.param({"const": "a"}, id="one value"),
    pytest.param({"anyOf": [{"type": "integer"}, {"type": "string"}]}, id="alternatives"),
    pytest.param({"allOf": [{"$ref": "#/$defs/word"}]}, id="a reference in allOf, as OpenAPI writes it"),
    pytest.param({"$ref": "#/$defs/word"}, id="a reference"),
    pytest.param({"oneOf": [{"type": "string"}], "type": "string"}, id="a type beside alternatives"),
]


@pytest.mark.parametrize("schema", NULLABLE)
@pytest.mark.parametrize("value", [None, "a", "c", 1, {}], ids=repr)
def test_nullable_allows_null_and_nothing_else(schema, value):
    def rules(declared, *, nullable):
        whole = {"properties": {"days": declared}, "$defs": {"word": {"type": "string"}}}
        compiled = compile_rules(whole, nullable=nullable)
        assert isinstance(compiled, Rules), compiled
        return compiled

    plain = rules(schema, nullable=False).breach({"days": value})
    told = rules({**schema, "nullable": True}, nullable=True).breach({"days": value})

    assert (told is None) is (plain is None or value is None)
    assert rules({**schema, "nullable": False}, nullable=True).breach({"days": value}) == plain
    assert rules({**schema, "nullable": True}, nullable=False).breach({"days": value}) == plain


def test_a_field_or_a_value_called_nullable_is_no_word_of_the_schema():
    schema = {"properties": {"nullable": {"type": "string"}, "a": {"enum": [{"nullable": True, "type": "string"}]}}}
    rules = compile_rules(schema, nullable=True)

    assert isinstance(rules, Rules)
    assert rules.breach({"nullable": None}) == 'nullable: null is not of type "string"'
    assert rules.breach({"a": {"nullable": True, "type": "string"}}) is None


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        pytest.param({"enum": 3}, '3 is not of type "array"', id="the value at fault is named"),
        pytest.param({"$ref": "https://example.com/s"}, "which is not fetched", id="a schema elsewhere"),
    ],
)
def test_what_is_no_schema_is_said(schema, told):
    assert told in str(compile_rules(schema))
