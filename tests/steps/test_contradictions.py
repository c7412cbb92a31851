"""Contradictions by the public door: what is told, what goes by each policy, and what is no contradiction."""

from __future__ import annotations

import hashlib
import random
import string

import pytest

from benchmarks.contradictions import read_pairs, scores
from curate.core.run.errors import ConfigError
from curate.curation.run import Options
from tests.conftest import chat
from tests.curated import curate_rows

QUESTION = "How long is the refund window?"
THIRTY, FOURTEEN = "You can return an item within 30 days.", "You can return an item within 14 days."
WORDS = frozenset({"contradiction", "other_answer"})
LONG = (
    "A customer bought a pair of boots in our shop in the old town, wore them for a walk along the river, and found at "
    "home that one of the heels had come loose. The receipt is still there and so is the box. What would you tell her "
    "about the ways in which she gets new boots or her money back, and about who pays for the parcel that she sends?"
)


def contradictions(folder, rows, options=None, **settings):
    return curate_rows(folder, rows, [{"use": "contradictions", **settings}], options)


def system(text, row):
    return {"messages": [{"role": "system", "content": text}, *row["messages"]]}


def call(name, arguments):
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    made = {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    asked = {"role": "user", "content": "Where is my parcel?"}
    other = {**tool, "function": {**tool["function"], "name": "track"}}
    return {"messages": [asked, {"role": "assistant", "tool_calls": [made]}], "tools": [tool, other]}


@pytest.mark.parametrize(
    ("one", "other", "warning", "detail"),
    [
        pytest.param(chat(QUESTION, THIRTY), chat(QUESTION, FOURTEEN), "contradiction", "30 days / 14 days",
                     id="30 / 14 days"),
        pytest.param(chat("Is it free?", "The visit is free."), chat("Is it free?", "The visit is not free."),
                     "contradiction", "- / not", id="is / is not"),
        pytest.param(chat("Is it free?", "Yes"), chat("Is it free?", "No"), "contradiction", "yes / no", id="yes / no"),
        pytest.param({"text": "my card is lost", "label": "lost"}, {"text": "My card is lost", "label": "card"},
                     "contradiction", "lost / card", id="one text with two labels"),
        pytest.param(chat("Sort it: hi", '{"intent": "repair", "urgent": false}'),
                     chat("Sort it: hi", '{"urgent": false, "intent": "advice"}'), "contradiction",
                     "intent repair / intent advice", id="another value in a JSON answer"),
        pytest.param(chat("Sort it: hi", '{"order": null}'), chat("Sort it: hi", '{"order": "FH-1"}'), "contradiction",
                     "order null / order fh-1", id="null against a value in a JSON answer"),
        pytest.param(chat("What is 7-5?", "2"), chat("What is 7.5?", "8"), None, None, id="a minus, and a point"),
        pytest.param(chat("Sort it: hi", '{"a": 1, "b": {"c": "X"}}'), chat("Sort it: hi", '{"b": {"c": "x"}, "a": 1}'),
                     None, None, id="the same JSON in another order and case"),
        pytest.param(chat("Sort it: hi", '{"tags": ["a", "b"], "note": "it is not sold here"}'),
                     chat("Sort it: hi", '{"tags": ["b", "a"], "note": "that is sold here too"}'), None, None,
                     id="lists and prose in a JSON answer are no values"),
        pytest.param(chat("Sort it: hi", '{"id": 9007199254740993}'), chat("Sort it: hi", '{"id": 9007199254740992}'),
                     "contradiction", "id 9007199254740993 / id 9007199254740992", id="whole numbers that share a double"),
        pytest.param(chat("Sort it: hi", '{"share": 0.12345678}'), chat("Sort it: hi", '{"share": 0.12345679}'),
                     "contradiction", "share 0.12345678 / share 0.12345679", id="the eighth decimal"),
        pytest.param(chat("Sort it: hi", '{"id": 1e400}'), chat("Sort it: hi", '{"id": 1e401}'), "contradiction",
                     "id 1e400 / id 1e401", id="numbers beyond all doubles"),
        pytest.param(chat("Sort it: hi", '{"id": 1.0, "n": 9007199254740993.0, "m": -0.0, "k": 1e6, "l": 1e400}'),
                     chat("Sort it: hi", '{"id": 1, "n": 9007199254740993, "m": 0, "k": 1000000.0, "l": 10e399}'), None,
                     None, id="equal numbers in another spelling in JSON answers"),
        pytest.param(call("look", '{"id": 1.0, "far": 1e3}'), call("look", '{"id": 1, "far": 1000}'), None, None,
                     id="equal numbers in another spelling in arguments"),
        pytest.param(call("look", '{"id": 9007199254740993.0}'), call("look", '{"id": 9007199254740992.0}'),
                     "contradiction", '{"id": 9007199254740993} / {"id": 9007199254740992}', id="arguments share a double"),
        pytest.param(call("look", '{"id": 7}'), call("track", '{"id": 7}'), "contradiction", "look / track",
                     id="another tool is called"),
        pytest.param(call("look", '{"id": 7, "a": 1}'), call("look", '{"a": 1, "id": 7}'), None, None,
                     id="the same arguments in another order"),
        pytest.param(chat(QUESTION, THIRTY), chat("Please, how long is the refund window", FOURTEEN), "contradiction",
                     "30 days / 14 days", id="courtesies, case and punctuation make no other prompt"),
        pytest.param(chat(LONG, THIRTY), chat(LONG.replace("receipt", "reciept"),
                     FOURTEEN), "contradiction", "30 days / 14 days", id="nearly the same prompt, misspelt"),
        pytest.param(chat(LONG, THIRTY), chat(LONG.replace("boots", "gloves"), FOURTEEN), None, None,
                     id="nearly the same prompt about another thing"),
        pytest.param(chat(LONG + " 1", THIRTY), chat(LONG + " 2", FOURTEEN), None, None,
                     id="nearly the same prompt with another number"),
        pytest.param(chat(QUESTION, THIRTY), chat(QUESTION, "You may return an item within thirty days!"), None, None,
                     id="wording"),
        pytest.param(chat("Tell me a joke", "A horse walks into a bar."), chat("Tell me a joke", "Two fish in a tank."),
                     "other_answer", None, id="any of many answers"),
        pytest.param(system("You are the shop.", chat(QUESTION, THIRTY)), system("You are a lawyer.",
                     chat(QUESTION, FOURTEEN)), None, None, id="another system prompt"),
        pytest.param(chat("Hi", "Hello", QUESTION, THIRTY), chat("Hi", "Hello", QUESTION, FOURTEEN, "Thanks", "Bye"),
                     "contradiction", "30 days / 14 days", id="the second answer of chats of other lengths"),
        pytest.param(chat("Of boots", "Ask on", QUESTION, THIRTY), chat("Of hats", "Ask on", QUESTION, FOURTEEN), None,
                     None, id="the same question after another history"),
        pytest.param({"text": THIRTY}, {"text": FOURTEEN}, None, None, id="bare texts have no prompt"),
        pytest.param(chat("今天休息吗", "今天休息"), chat("今天休息吗", "今天不休息"), "contradiction", "- / 不", id="Chinese"),
        pytest.param(chat("", THIRTY), chat("", FOURTEEN), None, None, id="an empty prompt asks nothing"),
    ],
)  # fmt: skip
def test_a_pair(tmp_path, one, other, warning, detail):
    run = contradictions(tmp_path, {"rows.jsonl": [one, other], "then.jsonl": [chat("Good morning", "Hello")]})

    wanted = [] if warning is None else [warning]
    assert [[word for word in found if word in WORDS] for found in run.warnings] == [wanted, wanted, []]
    assert run.reasons == [None, None, None]
    if warning is not None:
        assert run.ledger["cluster"].to_list() == [1, 1, None]
        assert run.ledger["matched_id"].to_list() == [run.ledger["id"][1], run.ledger["id"][0], None]
    if detail is not None:
        assert run.ledger["detail"][0] == f"{detail}; 1 of 2 rows say so"


@pytest.mark.parametrize(("many", "warning"), [(20, "contradiction"), (21, "other_answer")])
def test_a_prompt_with_more_than_twenty_answers_asks_for_any_of_many(tmp_path, many, warning):
    names = [f"{letter}olm" for letter in string.ascii_uppercase[:many]]
    run = contradictions(tmp_path, [chat("What is the largest city of the north?", name) for name in names])

    assert {word for found in run.warnings for word in found if word in WORDS} == {warning}


def test_an_answer_that_is_not_trained_contradicts_nothing(tmp_path):
    row = chat(QUESTION, FOURTEEN)
    row["messages"][1]["weight"] = 0
    row["messages"] += [{"role": "user", "content": "And?"}, {"role": "assistant", "content": "That is all."}]

    assert contradictions(tmp_path, [chat(QUESTION, THIRTY), row]).warnings == [[], []]


THREE = [
    chat(QUESTION, THIRTY, id="thirty"),
    chat(QUESTION, FOURTEEN, id="fourteen"),
    chat(QUESTION, "Send it back: for thirty days after you got the parcel we take it.", id="thirty, other words"),
    chat("Good morning", "Hello", id="alone"),
]


@pytest.mark.parametrize(
    ("policy", "gone"),
    [
        pytest.param("warn", [], id="warn"),
        pytest.param("drop_all", ["thirty", "fourteen", "thirty, other words"], id="all of them go"),
        pytest.param("keep_majority", ["fourteen"], id="two rows against one, in their own words"),
        pytest.param("keep_longest", ["fourteen"], id="what the longest says stays, in any words"),
    ],
)
def test_policies(tmp_path, policy, gone):
    run = contradictions(tmp_path, THREE, policy=policy)

    assert run.ledger.filter(run.ledger["decision"] == "dropped")["id"].to_list() == gone
    assert set(run.ledger["cluster"].to_list()) == {1, None}
    for row in run.rows("dropped"):
        assert (row["reason"], row["step"]) == ("contradiction", "contradictions")
        assert row["matched"]["id"] in {one["id"] for one in THREE} - {row["id"]}


def test_no_majority_drops_nothing(tmp_path):
    run = contradictions(tmp_path, [chat(QUESTION, THIRTY), chat(QUESTION, FOURTEEN)], policy="keep_majority")

    assert (run.reasons, run.warnings) == ([None, None], [["contradiction"], ["contradiction"]])


def test_other_answers_go_only_where_they_are_named(tmp_path):
    rows = [chat("Tell me a joke", "A horse walks into a bar and asks for hay."), chat("Tell me a joke", "Two fish.")]

    assert contradictions(tmp_path / "a", rows, policy="keep_longest").reasons == [None, None]
    run = contradictions(tmp_path / "b", rows, policy="keep_longest", drop=["other_answer"])
    assert run.reasons == [None, "other_answer"]


@pytest.mark.parametrize("settings", [{"drop": ["other_answer"]}, {"action": "drop"}, {"policy": "keep_first"}])
def test_what_goes_is_said_by_a_policy(tmp_path, settings):
    with pytest.raises(ConfigError, match="policy"):
        contradictions(tmp_path, THREE, **settings)


def corpus(prompts: int) -> list:
    draw = random.Random(11)
    rows = []
    for n in range(prompts):
        words = " ".join(f"thing{draw.randrange(500)}" for _ in range(draw.choice([4, 30])))
        asked = f"What do we know of {words}?"
        for _ in range(draw.choice([1, 2, 3, 5])):
            said = draw.choice(
                [f"It takes {draw.randrange(2)} days", "Nothing at all", "It is never late", "It is late"]
            )
            rows.append(
                chat(asked + draw.choice(["", "?", " Please."]), said, *(("And?", f"See {n}") * draw.randrange(2)))
            )
    draw.shuffle(rows)
    return rows


def test_any_block_size_and_memory_limit_give_the_same_bytes(tmp_path):
    rows = corpus(80)
    written = []
    for name, options in {
        "plain": Options(quiet=True),
        "tiny blocks": Options(quiet=True, block_bytes=700),
        "little memory": Options(quiet=True, memory_limit=200_000_000),
    }.items():
        run = contradictions(tmp_path / name, rows, options, policy="keep_majority")
        files = sorted(path for path in run.out.iterdir() if path.name not in ("run.json", "report.html"))
        written.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})

    assert written[0] == written[1] == written[2]
    assert run.manifest["counts"]["by_reason"]["contradiction"] > 0


@pytest.mark.parametrize("policy", ["warn", "keep_majority", "keep_longest"])
def test_any_order_of_the_rows_gives_the_same_groups_and_verdicts(tmp_path, policy):
    rows = [{**row, "id": f"row {n}"} for n, row in enumerate(corpus(60))]
    found = []
    for name in ("given", "shuffled"):
        run = contradictions(tmp_path / name, rows, policy=policy)
        groups = run.ledger.drop_nulls("cluster").group_by("cluster").agg("id")["id"].to_list()
        told = zip(run.ledger["id"], run.reasons, map(tuple, run.warnings), run.ledger["detail"], strict=True)
        found.append((sorted(map(sorted, groups)), sorted(told, key=str)))
        random.Random(7).shuffle(rows)

    assert found[0] == found[1]
    assert len(found[0][0]) > 20


def test_thousands_of_answers_to_one_prompt_cost_in_proportion(tmp_path):
    """Each answer is compared with four others at most: the count of comparisons is the bound that is tested."""
    from curate.contradictions import camps

    counted = 0
    real = camps.compare

    def counting(*arguments, **settings):
        nonlocal counted
        counted += 1
        return real(*arguments, **settings)

    draw = random.Random(2)
    words = [f"{first}{last}" for first in "abcdefgh" for last in ("ar", "on", "ist", "umble", "eck", "ove")]
    rows = [chat("Tell me a joke", " ".join(draw.choices(words, k=9))) for _ in range(2000)]
    camps.compare = counting
    try:
        run = contradictions(tmp_path, rows)
    finally:
        camps.compare = real

    assert run.manifest["counts"]["by_warning"] == {"other_answer": 2000}
    assert counted <= 4 * 2000


def test_the_labelled_pairs_are_judged_as_the_page_says():
    """Oracle: people. docs/contradictions.md tells the numbers; they may not fall."""
    precision, recall = scores(read_pairs())

    assert precision >= 0.98
    assert recall >= 0.93


def test_alpaca_prompts_with_another_answer(tmp_path, real_data):
    """Oracle: the facts counted with the data: 192 prompts shared, 183 of them with another answer."""
    files = [str(real_data / "jsonl" / f"alpaca_{name}.chat.jsonl") for name in ("en_demo", "random9k")]
    run = curate_rows(
        tmp_path, {"none.jsonl": []}, [{"use": "contradictions", "threshold": 0.0}], input={"files": files}
    )
    told = [WORDS & set(found) for found in run.warnings]
    demo = [bool(one) for one, source in zip(told, run.ledger["source"], strict=True) if "en_demo" in source]

    assert sum(demo) == 183
