"""What one row has wrong with it: rows that are easily taken for faulty, or for clean."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat

USER = {"role": "user", "content": "Weather in Lima?"}
ANSWER = {"role": "assistant", "content": "18 degrees."}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
ASKS = {"role": "assistant", "tool_calls": [CALL]}
TOLD = {"role": "tool", "tool_call_id": "1", "content": "18"}
BLANK = {"role": "assistant", "content": None}
NAMELESS = {"type": "function", "function": {}}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param({"prompt": [USER, ASKS], "completion": [TOLD, ANSWER], "tools": [TOOL]}, [],
                     id="a completion answers the prompt's call"),
        pytest.param({"prompt": [USER, ASKS], "chosen": [TOLD, ANSWER], "rejected": [TOLD], "tools": [TOOL]}, [],
                     id="both answers of a pair answer the prompt's call"),
        pytest.param({"prompt": [USER], "completion": [TOLD, ANSWER], "tools": [TOOL]},
                     [("TH406", "/completion/0/tool_call_id")], id="no one made the call"),
        pytest.param({"prompt": [USER], "completion": [ANSWER], "tools": [NAMELESS]}, [("TH401", "/tools/0")],
                     id="a fault of the tools counts once"),
        pytest.param({"prompt": [USER], "chosen": [ASKS], "rejected": [ANSWER], "tools": [NAMELESS]},
                     [("TH401", "/tools/0"), ("TH403", "/chosen/0/tool_calls/0")], id="and once in a pair"),
        pytest.param({"prompt": "a", "chosen": "b", "rejected": "c", "tools": "no"}, [("TH401", "/tools")],
                     id="tools beside a pair of strings"),
        pytest.param({"prompt": "a", "chosen": ASKS, "rejected": ANSWER, "tools": []},
                     [("TH410", "/chosen/tool_calls/0")], id="an answer that is one message"),
        pytest.param({"input": {"messages": [USER], "tools": [TOOL]}, "preferred_output": [ASKS],
                      "non_preferred_output": [ANSWER]}, [], id="a pair's tools beside its messages"),
        pytest.param({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "tools": "no"},
                     [("TH401", "/tools")], id="tools of a ShareGPT row"),
        pytest.param({"messages": [USER, {"role": "assistant", "tool_calls": [
                          {"id": "1", "type": "custom", "custom": {"name": "grep", "input": "x"}}]}, TOLD, ANSWER],
                      "tools": [{"type": "custom", "custom": {"name": "grep"}}]}, [], id="a custom tool is called"),
        pytest.param({"messages": [USER, ANSWER], "prompt": ["a"], "rejected": [1], "input": {"messages": 1}}, [],
                     id="fields of another layout are carried along"),
        pytest.param({"messages": [USER, {**BLANK, "refusal": "I can't."}]}, [], id="a refusal in the field for it"),
        pytest.param({"messages": [USER, {**BLANK, "audio": {"id": "audio_1"}}]}, [], id="an answer in audio"),
        pytest.param({"messages": [USER, {**BLANK, "refusal": " "}]}, [("TH501", "")], id="a blank refusal"),
        pytest.param({"messages": [USER, {**BLANK, "refusal": "I can't."}, USER, {"role": "assistant", "content": ""}]},
                     [("TH501", "")], id="a refusal before the last answer"),
        pytest.param({"prompt": [USER], "completion": [{**BLANK, "refusal": "I can't."}]}, [],
                     id="a completion that refuses"),
        pytest.param({"prompt": [USER], "chosen": {**BLANK, "refusal": "No."}, "rejected": ANSWER}, [],
                     id="a preferred answer that refuses"),
        pytest.param({"prompt": [USER], "chosen": "", "rejected": {**BLANK, "refusal": "No."}}, [("TH501", "")],
                     id="the other answer refuses"),
        pytest.param(chat("a\fb", "c"), [("TH503", "")], id="a form feed"),
        pytest.param(chat("a", "c\b"), [("TH503", "")], id="a backspace"),
        pytest.param(chat(r"a\begin\frac", "c"), [], id="LaTeX is no control character"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("profile", ["any", "trl"])
def test_what_is_wrong_with_a_row(thresher, jsonl, row, found, profile):
    ran = thresher("check", jsonl([row]), "--json", "--profile", profile)

    faults = [
        (fault["code"], fault["pointer"]) for fault in ran.json["faults"] if fault["code"] not in ("TH309", "TH313")
    ]
    assert faults == found


def tool(name="weather", **parameters):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", **parameters}}}


def call(arguments, name="weather", **message):
    function = {"name": name} | ({} if arguments is ... else {"arguments": arguments})
    return {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}], **message}


CITY = tool(properties={"city": {"type": "string"}}, required=["city"], additionalProperties=False)
CALC = tool("calc", properties={"expr": {"type": "string"}}, required=["expr"], additionalProperties=False)
RIGHT, WRONG, CUT = '{"city": "Lima"}', '{"town": "Lima"}', '{"city": '
AT = "/messages/1/tool_calls/0"
SEARCH = {"type": "web_search"}
GREP = {"type": "custom", "custom": {"name": "grep"}}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param({"prompt": [USER], "chosen": [call(RIGHT)], "rejected": [call(WRONG)]},
                     [("TH413", "warning", "/rejected/0/tool_calls/0")], id="a rejected answer breaks the schema"),
        pytest.param({"prompt": [USER], "chosen": [call(RIGHT)], "rejected": [call(CUT)]},
                     [("TH413", "warning", "/rejected/0/tool_calls/0")], id="its arguments are cut"),
        pytest.param({"prompt": [USER], "chosen": [call(RIGHT)], "rejected": [call(RIGHT, "wether")]},
                     [("TH413", "warning", "/rejected/0/tool_calls/0")], id="it calls what there is not"),
        pytest.param({"prompt": [USER], "chosen": [call(WRONG)], "rejected": [call(RIGHT)]},
                     [("TH405", "error", "/chosen/0/tool_calls/0")], id="the chosen answer is taught"),
        pytest.param({"input": {"messages": [USER], "tools": [CITY]}, "preferred_output": [call(RIGHT)],
                      "non_preferred_output": [call(WRONG)]},
                     [("TH413", "warning", "/non_preferred_output/0/tool_calls/0")], id="by OpenAI's names"),
        pytest.param({"prompt": [USER], "completion": [call(WRONG)], "label": False},
                     [("TH413", "warning", "/completion/0/tool_calls/0")], id="a completion labelled false"),
        pytest.param({"prompt": [USER], "completion": [call(WRONG)], "label": True},
                     [("TH405", "error", "/completion/0/tool_calls/0")], id="a completion labelled true"),
        pytest.param({"messages": [USER, call(WRONG, weight=0), TOLD, call(RIGHT, weight=1), TOLD, ANSWER]},
                     [("TH413", "warning", AT)], id="a turn of weight 0, mended by the next"),
    ],
)  # fmt: skip
def test_a_call_that_is_not_taught_may_be_wrong(thresher, jsonl, tmp_path, row, found):
    file = jsonl([row if "input" in row else row | {"tools": [CITY]}])

    faults = thresher("check", file, "--json").json["faults"]
    kept = thresher("curate", file, "--out", tmp_path / "out", "--json").json["counts"]["kept"]

    assert [(fault["code"], fault["severity"], fault["pointer"]) for fault in faults] == found
    assert kept == (found[0][1] == "warning")


@pytest.mark.parametrize(
    ("made", "tools", "found"),
    [
        pytest.param(call(RIGHT), [CITY, CITY], [], id="a tool declared twice, alike"),
        pytest.param(call(RIGHT), [CITY, tool()], [("TH401", "/tools/1")], id="and not alike"),
        pytest.param(call(""), [tool()], [("TH414", AT)], id="blank arguments of a tool that takes none"),
        pytest.param(call(" \n"), [tool()], [("TH414", AT)], id="and white space"),
        pytest.param(call(...), [tool()], [("TH414", AT)], id="no arguments at all"),
        pytest.param(call(None), [tool()], [("TH414", AT)], id="null for arguments"),
        pytest.param(call(""), [CITY], [("TH404", AT)], id="blank arguments of a tool that needs one"),
        pytest.param(call("{}", "web_search"), [SEARCH], [], id="the server's own tool is called"),
        pytest.param(call("{}", "python"), [CITY, SEARCH], [], id="only the server knows the names of its tools"),
        pytest.param(call("{}", "grep"), [GREP], [], id="a custom tool is called as a function"),
        pytest.param(call("{}", "find"), [GREP], [("TH403", AT)], id="a custom tool has a name"),
        pytest.param(call({"city": "Lima", "expr": None}), [CITY, CALC], [("TH412", AT)], id="the nulls of a table"),
        pytest.param(call({"city": None, "expr": None}), [CITY, CALC], [("TH412", AT), ("TH405", AT)],
                     id="a null where a value must stand"),
        pytest.param(call('{"city": "Lima", "expr": null}'), [CITY, CALC], [("TH405", AT)],
                     id="a null that a text spells is no table's"),
        pytest.param(call({"stops": [{"at": "Lima", "by": None}]}), [tool(properties={"stops": {"items": {
                         "properties": {"at": {"type": "string"}}, "additionalProperties": False}}})],
                     [("TH412", AT)], id="the nulls of a table, inside a list"),
        pytest.param(call('{"days": null}'), [tool(properties={"days": {"type": "integer", "nullable": True}})], [],
                     id="null where the declaration says nullable"),
        pytest.param(call('{"at": "2024-05-01T10:00:00"}'),
                     [tool(**{"$schema": "http://json-schema.org/draft-07/schema#"},
                           properties={"at": {"type": "string", "format": "date-time"}})], [],
                     id="a format is a remark in every draft"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_call(thresher, jsonl, made, tools, found):
    faults = thresher("check", jsonl([{"messages": [USER, made, TOLD, ANSWER], "tools": tools}]), "--json").json[
        "faults"
    ]

    assert [(fault["code"], fault["pointer"]) for fault in faults] == found


PAIR = {"input": {"messages": [USER]}, "preferred_output": [ANSWER], "non_preferred_output": [ANSWER]}
THREE = {"prompt": [USER], "chosen": [ANSWER], "rejected": [ANSWER]}
SAYS = {"from": "gpt", "value": "18"}


@pytest.mark.parametrize(
    ("row", "openai", "trl"),
    [
        pytest.param(PAIR, [], ["/chosen", "/rejected"], id="OpenAI's own"),
        pytest.param(THREE, ["/input", "/preferred_output", "/non_preferred_output"], [], id="TRL's own"),
        pytest.param({"prompt": "a", "chosen": "b", "rejected": "c"},
                     ["/input", "/preferred_output", "/non_preferred_output"], [], id="TRL's, of strings"),
        pytest.param({"chosen": [USER, ANSWER], "rejected": [USER, ANSWER]},
                     ["/input", "/preferred_output", "/non_preferred_output"], [], id="whole chats hold their prompt"),
        pytest.param({"messages": [USER], "chosen": [ANSWER], "rejected": [ANSWER]},
                     ["/input", "/preferred_output", "/non_preferred_output"], ["/prompt"], id="LLaMA-Factory's"),
        pytest.param({"conversations": [{"from": "human", "value": "q"}], "chosen": SAYS, "rejected": SAYS},
                     ["/input", "/preferred_output", "/non_preferred_output"], ["/chosen", "/rejected"], id="ShareGPT's"),
        pytest.param({"input": "q", "preferred_output": "a", "non_preferred_output": "b"},
                     ["/input", "/preferred_output", "/non_preferred_output"], ["/chosen", "/rejected"],
                     id="OpenAI's names, of strings"),
        pytest.param(PAIR | {"preferred_output": [USER, ANSWER]}, ["/preferred_output/0/role"],
                     ["/chosen", "/rejected"], id="a user in an answer"),
        pytest.param(PAIR | {"preferred_output": [ASKS, TOLD, ANSWER]}, [], ["/chosen", "/rejected"],
                     id="a tool in an answer"),
        pytest.param({"prompt": "a", "completion": "b"}, [], [], id="a completion"),
        pytest.param({"prompt": [USER], "completion": [ANSWER]}, ["/prompt", "/completion"], [], id="one of messages"),
    ],
)  # fmt: skip
def test_a_profile_reads_its_own_fields(thresher, jsonl, row, openai, trl):
    file = jsonl([row] * 10)

    for profile, pointers in (("openai", openai), ("trl", trl), ("any", [])):
        ran = thresher("check", file, "--profile", profile, "--json")
        found = [(fault["line"], fault["pointer"]) for fault in ran.json["faults"] if fault["code"] == "TH313"]
        assert found == [(line, pointer) for line in range(1, 11) for pointer in pointers], profile
        assert ran.code == bool(pointers)


def test_a_turn_that_calls_a_tool_is_no_answer_to_hold_to_the_schema(thresher, jsonl, tmp_path):
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    file = jsonl([{"messages": [USER, {**ASKS, "content": "I look."}], "tools": [TOOL]}])

    assert thresher("check", file, "--answer-schema", tmp_path / "schema.json", "--json").json["faults"] == []


@pytest.mark.parametrize("profile", ["any", "openai", "trl"])
def test_lists_that_are_no_messages_break_nothing(thresher, jsonl, profile):
    rows = [{"text": "t", "completion": ["a"]}, {"text": "t", "chosen": [1], "messages": None}]
    rows += [{"prompt": "p", "chosen": "a", "rejected": "b", "preferred_output": ["a"], "non_preferred_output": [{}]}]

    assert thresher("check", jsonl(rows), "--profile", profile).code in (0, 1)


ROW = '{"text": "a"}'


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param(f'[{ROW}, {{"text": 1}}]', 1, 17, id="all on one line"),
        pytest.param(f'[\n  {ROW},\n  {{"text": 1}}\n]', 3, 3, id="a row a line"),
        pytest.param(f'[\n  {ROW},\n  {{"text": "a",}}\n]', 3, 15, id="a fault inside a row"),
        pytest.param(f'[{ROW}, {{"text": "größe"}}, {{"text": 1}}]', 1, 36, id="counts characters, not bytes"),
        pytest.param(f'\ufeff[{ROW}, {{"text": 1}}]', 1, 17, id="a byte-order mark is no character"),
        pytest.param(f'[\n  {ROW},\n  {{\n    "text":\n    1\n  }}\n]', 3, None, id="a row over several lines"),
        pytest.param(f'[\n  {ROW},\n  {{\n    "text": "a",\n  }}\n]', 3, None, id="a fault inside such a row"),
    ],
)
def test_the_place_of_a_row_in_an_array_is_where_it_starts(thresher, tmp_path, text, line, column):
    file = tmp_path / "rows.json"
    file.write_text(text, encoding="utf-8")

    *_, fault = thresher("check", file, "--json").json["faults"]

    assert (fault["line"], fault["column"]) == (line, column)


def test_real_data_gives_findings_and_no_crash(thresher, real_data):
    files = sorted((real_data / "jsonl").glob("*.jsonl"), key=lambda file: file.stat().st_size)[:12]

    ran = thresher("check", *files, "--profile", "openai", "--json")

    assert ran.code == 1
    assert json.loads(ran.out)["counts"]["rows"] > 0
