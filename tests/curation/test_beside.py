"""Rows that differ in what stands beside their texts are no duplicates, by default and in every layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran
from tests.curated import curate_rows

QUESTION = "Is there a dog in the picture that was taken by the lake last summer?"
ANSWER = "Yes, there is a small brown dog that sits beside the boat and looks at the water."


def turns(**of_answer: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER} | of_answer]


def shown(address: str, text: str = QUESTION) -> dict[str, Any]:
    part = {"type": "image_url", "image_url": {"url": address}}
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": text}, part]}, turns()[1]]}


def sharegpt(**beside: Any) -> dict[str, Any]:
    said = [{"from": "human", "value": f"<image>\n{QUESTION}"}, {"from": "gpt", "value": ANSWER}]
    return {"conversations": said} | beside


PIRATE, POET = "You are a pirate. Answer as one.", "Answer in verse, as Shakespeare."
PAIR = {"prompt": QUESTION, "chosen": ANSWER}


def named(name: str) -> list[dict[str, Any]]:
    question, answer = turns()
    return [question | {"name": name}, answer]


def rejecting(*zones: Any, **more: Any) -> dict[str, Any]:
    """Return a pair whose rejected answer says the text of the other one, and calls a tool with each of the zones."""
    calls = [{"type": "function", "function": {"name": "now", "arguments": zone}, **more} for zone in zones]
    return PAIR | {"rejected": [{"role": "assistant", "content": ANSWER, "tool_calls": calls}]}


def rejecting_old(zone: str) -> dict[str, Any]:
    return PAIR | {"rejected": [turns(function_call={"name": "now", "arguments": zone})[1]]}


def calling(asked: tuple[str, str], answered: tuple[str, str]) -> dict[str, Any]:
    """Return a chat of two calls made at once, by their ids, and two results, in that order, by the ids they answer."""
    towns = zip(asked, ("Oslo", "Rome"), strict=True)
    calls = [
        {"id": name, "type": "function", "function": {"name": "degrees", "arguments": f'{{"town": "{town}"}}'}}
        for name, town in towns
    ]
    results = zip(answered, ("It has 5 degrees there.", "It has 25 degrees there."), strict=True)
    said = [{"role": "tool", "tool_call_id": name, "content": text} for name, text in results]
    called = {"role": "assistant", "content": "", "tool_calls": calls}
    return {"messages": [turns()[0], called, *said, turns()[1]]}


def document(**part: Any) -> dict[str, Any]:
    asked = [{"type": "text", "text": QUESTION}, {"type": "document", **part}]
    return {"messages": [{"role": "user", "content": asked}, turns()[1]]}


def listed(address: str) -> dict[str, Any]:
    asked, answered = sharegpt()["conversations"]
    part = {"type": "image_url", "image_url": {"url": address}}
    return {"conversations": [asked | {"content": [part]}, answered]}


LAW = " ".join(f"The rule of paragraph {n} holds for all boats on the lake." for n in range(20))
CODE = "Write a function that says whether the first of two numbers is smaller and return"
APART = [
    pytest.param(sharegpt(image="1.png"), sharegpt(image="2.png"), id="ShareGPT, an image"),
    pytest.param({"messages": turns(), "images": ["1"]}, {"messages": turns(), "images": ["2"]}, id="images"),
    pytest.param({"messages": turns(), "documents": [{"text": "one"}]},
                 {"messages": turns(), "documents": [{"text": "two"}]}, id="documents"),
    pytest.param({"prompt": QUESTION, "completion": ANSWER, "documents": "one"},
                 {"prompt": QUESTION, "completion": ANSWER, "documents": "two"}, id="documents as a text"),
    pytest.param(sharegpt(image_path="1.png"), sharegpt(image_path="2.png"), id="ShareGPT, the path of an image"),
    pytest.param({"instruction": QUESTION, "output": ANSWER, "video_urls": ["1"]},
                 {"instruction": QUESTION, "output": ANSWER, "video_urls": ["2"]}, id="addresses of films"),
    pytest.param({"messages": named("Anna")}, {"messages": named("Bert")}, id="who asks"),
    pytest.param({"conversations": [turn | {"name": "Anna"} for turn in sharegpt()["conversations"]]},
                 {"conversations": [turn | {"name": "Bert"} for turn in sharegpt()["conversations"]]},
                 id="ShareGPT, who speaks"),
    pytest.param(shown("https://x/1.png"), shown("https://x/2.png"), id="parts that are no text"),
    pytest.param(shown("https://x/1.png", "x"), shown("https://x/2.png", "x"), id="parts, and hardly a text"),
    pytest.param(PAIR | {"rejected": "No, not one."}, PAIR | {"rejected": "A cat is there."}, id="rejected answers"),
    pytest.param(rejecting('{"zone": "Oslo"}'), rejecting('{"zone": "Rome"}'), id="what rejected answers call"),
    pytest.param(rejecting('{"zone": 1}'), rejecting('{"zone": 1}', '{"zone": 2}'), id="a call more"),
    pytest.param(rejecting_old('{"zone": 1}'), rejecting_old('{"zone": 2}'), id="what they call in the older field"),
    pytest.param({"messages": turns(reasoning_content="I see fur.")},
                 {"messages": turns(reasoning_content="I see a tail.")}, id="reasoning"),
    pytest.param({"messages": turns(thinking="So")}, {"messages": turns()}, id="thinking, and none"),
    pytest.param({"messages": turns(weight=0)}, {"messages": turns()}, id="an answer that is not trained"),
    pytest.param({"prompt": QUESTION, "completion": ANSWER, "label": True},
                 {"prompt": QUESTION, "completion": ANSWER, "label": False}, id="KTO's label"),
    pytest.param({"messages": turns(), "label": True}, {"messages": turns(), "label": False}, id="KTO's label, a chat"),
    pytest.param(sharegpt(label=True), sharegpt(label=False), id="KTO's label, ShareGPT"),
    pytest.param(sharegpt(kto_tag=True), sharegpt(kto_tag=False), id="kto_tag"),
    pytest.param({"instruction": QUESTION, "output": ANSWER, "label": True},
                 {"instruction": QUESTION, "output": ANSWER, "label": False}, id="KTO's label, alpaca"),
    pytest.param({"input": QUESTION, "output": ANSWER, "label": True},
                 {"input": QUESTION, "output": ANSWER, "label": False}, id="KTO's label, input and output"),
    pytest.param({"prompt": f"{CODE} a < b", "completion": "Here is the function that you asked me for: a < b"},
                 {"prompt": f"{CODE} a > b", "completion": "Here is the function that you asked me for: a > b"},
                 id="an operator"),
    pytest.param({"instruction": QUESTION, "input": "", "chosen": ANSWER, "rejected": "No."},
                 {"instruction": "Is that a dog?", "input": "", "chosen": ANSWER, "rejected": "No."},
                 id="a pair's instruction"),
    pytest.param({"prompt": "Look, then answer.", "input": QUESTION, "chosen": ANSWER, "rejected": "No."},
                 {"prompt": "Look, then answer.", "input": "Has it sails?", "chosen": ANSWER, "rejected": "No."}, id="a pair's input"),
    pytest.param(PAIR | {"rejected": "No.", "system": PIRATE}, PAIR | {"rejected": "No.", "system": POET},
                 id="a pair's system prompt"),
    pytest.param({"conversations": sharegpt()["conversations"][:1], "system": PIRATE, "chosen": ANSWER, "rejected": "No."},
                 {"conversations": sharegpt()["conversations"][:1], "system": POET, "chosen": ANSWER, "rejected": "No."},
                 id="that of a pair in ShareGPT's words"),
    pytest.param({"prompt": QUESTION, "completion": ANSWER, "system": PIRATE},
                 {"prompt": QUESTION, "completion": ANSWER, "system": POET}, id="a system prompt beside a prompt"),
    pytest.param({"input": QUESTION, "output": ANSWER, "system": PIRATE},
                 {"input": QUESTION, "output": ANSWER, "system": POET}, id="a system prompt beside an input"),
    pytest.param({"instruction": QUESTION, "output": ANSWER, "system_prompt": PIRATE},
                 {"instruction": QUESTION, "output": ANSWER, "system_prompt": POET}, id="beside an instruction"),
    pytest.param({"messages": turns(), "system": PIRATE}, {"messages": turns(), "system": POET},
                 id="a system prompt beside a chat"),
    pytest.param({"messages": turns(), "system": [{"text": PIRATE}]}, {"messages": turns()}, id="one in parts, and none"),
    pytest.param(sharegpt(system_prompt=PIRATE), sharegpt(system_prompt=POET), id="a system prompt beside ShareGPT"),
    pytest.param({"text": ANSWER, "system": PIRATE}, {"text": ANSWER, "system": POET}, id="beside a text"),
    pytest.param(calling(("a", "b"), ("a", "b")), calling(("a", "b"), ("b", "a")), id="which call a result answers"),
    pytest.param(document(text=LAW), document(text=LAW.replace("paragraph 7", "paragraph 70")), id="a document's text"),
    pytest.param(document(text={"value": "one"}), document(text={"value": "two"}), id="a text that is none"),
    pytest.param(listed("1.png"), listed("2.png"), id="ShareGPT, parts beside a value"),
    pytest.param({"prompt": CODE, "completion": "Here is the function that you asked me for: a < b"},
                 {"prompt": CODE, "completion": "Here is the function that you asked me for: a > b"},
                 id="an operator of the answer"),
]  # fmt: skip
SAME = [
    pytest.param(sharegpt(image="1.png"), sharegpt(image="1.png", id=2), id="the same image"),
    pytest.param({"messages": turns(weight=1)}, {"messages": turns(), "images": []}, id="nothing beside"),
    pytest.param({"messages": turns(timestamp=1)}, {"messages": turns(timestamp=2)}, id="when it was said"),
    pytest.param(PAIR | {"rejected": "No."}, PAIR | {"rejected": "No."}, id="the same pair"),
    pytest.param(rejecting('{"zone": 1}', "{}", id="a"), rejecting("{}", '{ "zone":1 }', id="b"), id="the same rejected calls"),
    pytest.param(rejecting('{"zone": 1}'), rejecting({"zone": 1}), id="rejected calls with arguments as text or not"),
    pytest.param({"messages": turns(), "system": PIRATE}, {"messages": turns(), "system": PIRATE},
                 id="one system prompt beside a chat"),
    pytest.param(calling(("a", "b"), ("b", "a")), calling(("a", "b"), ("b", "a")), id="the same results"),
    pytest.param({"messages": turns(), "label": "dogs"}, {"messages": turns(), "label": "lakes"}, id="a topic"),
    pytest.param({"messages": turns()}, {"messages": [{"content": f" {QUESTION.upper()}", "role": "user"}, turns()[1]]},
                 id="case and white space"),
]  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path, jsonl: Callable[..., Path], thresher: Callable[..., Ran]) -> Callable[..., int]:
    def count(rows: list[Any], *options: object) -> int:
        done = thresher("curate", jsonl(rows), "--out", tmp_path / "out", "--json", "--no-report", *options)
        assert done.code == 0
        return int(done.json["counts"]["kept"])

    return count


@pytest.mark.parametrize(("one", "other"), APART)
def test_rows_that_differ_beside_their_texts_stay(one, other, kept):
    assert kept([one, other]) == 2
    assert kept([one, other, one]) == 2


@pytest.mark.parametrize(("one", "other"), SAME)
def test_rows_that_differ_in_nothing_that_is_taught_go(one, other, kept):
    assert kept([one, other]) == 1


def test_a_picture_makes_another_prompt_for_splits_and_leaks(tmp_path, jsonl, thresher):
    """The same question about other pictures is no group, and no leak; about the same picture it is."""
    rows = [sharegpt(image=f"{n}.png") for n in range(60)]
    done = thresher("curate", jsonl(rows), "--out", tmp_path / "out", "--json")
    assert done.json["counts"]["by_split"]["train"] < 60

    train, test = jsonl(rows[:30], "train.jsonl"), jsonl(rows[30:], "test.jsonl")
    assert thresher("leaks", train, test).code == 0
    assert thresher("leaks", train, jsonl(rows[29:], "test.jsonl")).code == 1


def asked(*parts: Any, system: bool = False, answer: str = ANSWER, then: tuple[Any, ...] = ()) -> dict[str, Any]:
    first = [{"role": "system", "content": "You look at pictures."}] if system else []
    said = [{"role": "user", "content": list(parts)}, {"role": "assistant", "content": answer}]
    more = [{"role": "user", "content": list(then)}, {"role": "assistant", "content": "And so it is."}] if then else []
    return {"messages": [*first, *said, *more]}


def image(name: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": name}}


WORDS = {"type": "text", "text": QUESTION}


@pytest.mark.parametrize(
    ("trained", "code"),
    [
        pytest.param(asked(WORDS, image("1")), 1, id="the same"),
        pytest.param(asked(WORDS, image("1"), system=True), 1, id="under a system prompt"),
        pytest.param(asked(WORDS, image("1"), system=True, answer="No."), 1, id="under one, with another answer"),
        pytest.param(asked(WORDS, image("1"), then=(image("2"),)), 1, id="and then about another picture"),
        pytest.param(asked({**WORDS, "image_url": None}, {**image("1"), "text": None}), 1, id="with null fields"),
        pytest.param(asked(WORDS, image("2")), 0, id="another picture"),
    ],
)
def test_a_leak_is_one_about_the_same_picture(trained, code, jsonl, thresher):
    assert (
        thresher("leaks", jsonl([trained], "train.jsonl"), jsonl([asked(WORDS, image("1"))], "test.jsonl")).code == code
    )


@pytest.mark.parametrize(("one", "other"), [("image", "images"), ("images", "image"), ("video", "videos")])
def test_one_picture_and_a_list_of_one_are_the_same(one, other, kept):
    assert kept([sharegpt(**{one: "1.png"}), sharegpt(**{other: ["1.png"]})]) == 1


def test_a_picture_part_may_have_a_text_of_its_own(kept):
    rows = [asked(WORDS, {"type": "image", "image": f"{n}.png", "text": ""}) for n in range(3)]
    assert kept(rows) == 3


def test_rows_that_ask_by_a_picture_alone_stay_in_one_split(tmp_path, jsonl, thresher):
    rows = [
        asked(image(f"{n}"), answer=f"It is {what} number {n}.") for n in range(80) for what in ("a bird", "a tree")
    ]
    thresher("curate", jsonl(rows), "--out", tmp_path / "out", "--set", "split.test=0.3", "--no-report")
    found = {
        name: {
            json.loads(line)["messages"][0]["content"][0]["image_url"]["url"] for line in path.read_bytes().splitlines()
        }
        for name in ("train", "validation", "test")
        if (path := tmp_path / "out" / f"{name}.jsonl").exists()
    }
    assert len(found["test"]) > 5
    assert not found["train"] & found["test"]


@pytest.mark.parametrize("kind", ["compact", "exact"])
def test_an_index_knows_what_stood_beside(kind, tmp_path, jsonl, kept):
    """The same row of an earlier night goes, one with another picture or other reasoning stays."""
    first = [sharegpt(image="1.png"), {"messages": turns(reasoning_content="I see fur.")}]
    for number, row in enumerate(first):
        out = tmp_path / f"{kind}{number}"
        write = ("--set", "index.write=true", "--set", f"index.kind='{kind}'")
        assert kept([row], "--out", out, *write) == 1
        assert kept([{**row, "id": "again"}], "--against", out, "--set", "limits.min_kept=0") == 0
    assert kept([sharegpt(image="2.png")], "--against", tmp_path / f"{kind}0") == 1
    assert kept([{"messages": turns(reasoning_content="A tail.")}], "--against", tmp_path / f"{kind}1") == 1


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"prompt": "Which bird wades?", "completion": "A heron."}, id="prompt and completion"),
        pytest.param({"instruction": "Which bird wades?", "output": "A heron."}, id="instruction and output"),
        pytest.param({"input": "Which bird wades?", "output": "A heron."}, id="input and output"),
    ],
)
def test_other_tools_are_another_behaviour_in_every_layout(tmp_path, row):
    tools = [[{"type": "function", "function": {"name": name, "parameters": {}}}] for name in ("birds", "weather")]
    run = curate_rows(tmp_path, [row | {"tools": one} for one in (*tools, tools[0])])

    assert run.reasons == [None, None, "exact_duplicate"]
    assert run.warnings[1] == ["other_instructions"]


@pytest.mark.parametrize("tools", ["00", "[", 5, {"a": 1}, [None], json.dumps([{"name": "birds"}])])
def test_tools_of_any_shape_are_read_beside_a_question_and_its_answer(tmp_path, tools):
    row = {"prompt": "Which bird wades?", "completion": "A heron.", "tools": tools}
    deep: Any = []
    for _ in range(300):
        deep = [deep]

    assert curate_rows(tmp_path, [row, row | {"tools": deep, "id": "deep"}]).manifest["counts"]["in"] == 2
