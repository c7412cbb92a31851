"""Each step on rows small enough to read: what it marks, and what it leaves alone."""

from __future__ import annotations

import pytest

from curate.core.run.errors import ConfigError
from tests.conftest import chat
from tests.curated import curate_rows

CODE = "def area(r):\n    return 3 * r * r"
CALLING = {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "now", "arguments": "{}"}}]}
LONG = "The committee met on Tuesday and agreed to postpone the decision until every member had read the report"


def answering(**said):
    """Return a chat whose answer has null for its content, and the fields given."""
    return {"messages": [{"role": "user", "content": "How?"}, {"role": "assistant", "content": None, **said}]}


def marks(tmp_path, row, step):
    """Return (reason, warnings) of one row under one step."""
    run = curate_rows(tmp_path, [row], [step])
    return run.reasons[0], run.warnings[0]


@pytest.mark.parametrize(
    ("answer", "reason", "warnings"),
    [
        pytest.param("", "empty_answer", [], id="nothing"),
        pytest.param(" \n\t ", "empty_answer", [], id="white space"),
        pytest.param("N/A", None, ["answer_says_nothing"], id="N/A only warns"),
        pytest.param("<no output>", None, ["answer_says_nothing"], id="a placeholder"),
        pytest.param("No output.", None, ["answer_says_nothing"], id="said in a sentence"),
        pytest.param("None of these birds can fly.", None, [], id="a sentence that starts with None"),
        pytest.param("0", None, [], id="one character is an answer"),
        pytest.param("Name three birds.", None, ["answer_equals_prompt"], id="the prompt again"),
        pytest.param("Owl.\n### Instruction: name a fish", None, ["merged_instructions"], id="another instruction"),
        pytest.param("Use the Input: field.", None, [], id="the word Input inside a sentence"),
    ],
)
def test_empty(tmp_path, answer, reason, warnings):
    assert marks(tmp_path, chat("Name three birds.", answer), {"use": "empty"}) == (reason, warnings)


@pytest.mark.parametrize(
    ("row", "reason", "warnings"),
    [
        pytest.param(chat("Count them.\n\n<noinput>", "Three."), None, ["placeholder_input"], id="<noinput>"),
        pytest.param(chat("Count them.\n\nNo input", "Three."), None, ["placeholder_input"], id="No input"),
        pytest.param(chat("There is no input lag here, why?", "Good cable."), None, [], id="the words in a sentence"),
        pytest.param(chat("Why?"), None, ["no_assistant"], id="no assistant at all is no empty answer"),
        pytest.param({"text": "a", "label": "a"}, None, [], id="a label that equals its text"),
        pytest.param(
            {"messages": [{"role": "user", "content": "Time?"}, CALLING]}, None, ["calls_without_tools"],
            id="a call without content",
        ),
        pytest.param(answering(refusal="I can't help with that."), None, [], id="a refusal in OpenAI's field"),
        pytest.param(answering(audio={"id": "audio_1"}), None, [], id="an answer in audio"),
        pytest.param(answering(content="", refusal=None, audio=None), "empty_answer", [], id="fields that hold nothing"),
        pytest.param(
            {"messages": [*answering(refusal="No.")["messages"], *answering(content="")["messages"]]}, "empty_answer",
            [], id="a refusal before a blank answer",
        ),
    ],
)  # fmt: skip
def test_empty_looks_at_the_whole_row(tmp_path, row, reason, warnings):
    assert marks(tmp_path, row, {"use": "empty"}) == (reason, warnings)


def test_a_refusal_is_seen_where_a_map_names_the_messages(tmp_path):
    refusing, blank = answering(refusal="No.")["messages"], answering(content="")["messages"]
    files = {"files": [{"path": "rows.jsonl", "map": {"messages": "dialog"}}]}
    run = curate_rows(tmp_path, [{"dialog": refusing}, {"dialog": blank}], [{"use": "empty"}], input=files)

    assert run.reasons == [None, "empty_answer"]


def test_a_guess_drops_only_where_the_user_says_so(tmp_path):
    row = chat("Name three birds.", "N/A")

    assert marks(tmp_path, row, {"use": "empty", "drop": ["answer_says_nothing"]})[0] == "answer_says_nothing"
    assert marks(tmp_path, chat("q", ""), {"use": "empty", "action": "warn"}) == (None, ["empty_answer"])


def test_a_reason_that_is_named_in_drop_drops_whatever_the_action(tmp_path):
    row = chat("List them.", "Owl and hen.", finish_reason="length")

    assert marks(tmp_path, row, {"use": "truncated"}) == (None, ["cut_at_length"])
    assert marks(tmp_path, row, {"use": "truncated", "drop": ["cut_at_length"]}) == ("cut_at_length", [])


def test_a_misspelt_reason_is_no_reason(tmp_path):
    with pytest.raises(ConfigError, match=r"truncated has no reason 'open_fense'; did you mean 'open_fence'\?"):
        marks(tmp_path, chat("Why?", "So."), {"use": "truncated", "drop": ["open_fense"]})


@pytest.mark.parametrize(
    ("answer", "warnings"),
    [
        pytest.param(
            "SELECT name FROM birds WHERE wings = 2 AND beak = 'long';", [], id="a statement ends with a semicolon"
        ),
        pytest.param("SELECT name FROM birds", [], id="no final punctuation is no sign"),
        pytest.param(LONG, [], id="a long sentence without a full stop"),
        pytest.param(f"{LONG} because of the", ["cut_in_sentence"], id="ends with an article"),
        pytest.param(f"{LONG}, and the chairman,", ["cut_in_sentence"], id="ends with a comma"),
        pytest.param("It is what it is for", [], id="too short to tell"),
        pytest.param(f"```python\n{CODE}", ["open_fence"], id="an open fence"),
        pytest.param(f"```python\n{CODE}\n```", [], id="a closed fence"),
        pytest.param('{"name": "owl", "legs": 2, "food": ["mice", "vo', ["open_json"], id="JSON cut inside"),
        pytest.param('{"name": "owl", "legs": 2}', [], id="whole JSON"),
        pytest.param("[1] Smith wrote this first", [], id="a footnote mark"),
        pytest.param("{name} arrives tomorrow", [], id="a template"),
    ],
)
def test_truncated_only_warns(tmp_path, answer, warnings):
    assert marks(tmp_path, chat("Tell me.", answer), {"use": "truncated"}) == (None, warnings)


@pytest.mark.parametrize("finish", ["length", "max_tokens", "stop", None])
@pytest.mark.parametrize("field", ["finish_reason", "finish", "stop_reason"])
def test_truncated_believes_the_sampler(tmp_path, field, finish):
    expected = ["cut_at_length"] if finish in ("length", "max_tokens") else []

    assert marks(tmp_path, chat("q", "An answer.", **{field: finish}), {"use": "truncated"}) == (None, expected)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param("I am a helpful bird. " * 150, "loops_to_the_end", id="one sentence 150 times"),
        pytest.param("Sure! " + "I am a helpful bird. " * 12 + "I am", "loops_to_the_end", id="after a beginning"),
        pytest.param("I am a helpful bird. " * 149, None, id="as often as someone may ask for"),
        pytest.param("Sure: " + "I will not talk in class again.\n" * 15, None, id="fifteen lines"),
        pytest.param("Sure: " + "never talk in class again\n" * 15, None, id="fifteen lines without a mark"),
        pytest.param("never talk in class again " * 15, None, id="fifteen times without a mark"),
        pytest.param("again " + "never talk in class again " * 15, None, id="where the unit begins is unknown"),
        pytest.param("never talk in class again " * 15 + "never ta", "loops_to_the_end", id="cut in a word"),
        pytest.param(("so " * 200 + "it ends.\n") * 45, "loops_to_the_end", id="what fills all that is searched"),
        pytest.param("\n".join(["." * 20] * 200), None, id="an empty map"),
        pytest.param("| Name | Date |\n" + "|          |          |\n" * 160, None, id="a table of empty rows"),
        pytest.param("\n".join(["0,0,0,0,0,0,0,0,0,0,0,1"] * 12) + "\n0,0,0", None, id="a matrix, cut"),
        pytest.param("I am a helpful bird. " * 30 + "I am a he", "loops_to_the_end", id="cut inside the loop"),
        pytest.param("I am a helpful bird. " * 9 + "Bye, now it ends.", None, id="an end after the loop"),
        pytest.param("I am a helpful bird. " * 9, None, id="nine times"),
        pytest.param("ha " * 300, None, id="a short unit is no proof"),
        pytest.param("| 1 | 2 |\n" * 30, None, id="a table of short rows"),
        pytest.param("".join(f"Bird {n} has wings and a beak. " for n in range(30)), None, id="a list that counts up"),
        pytest.param("我爱你中国啊。" * 12, None, id="a chorus of 7 characters, 21 bytes"),
        pytest.param("Привет, мир! " * 30, None, id="a unit of 13 characters, 22 bytes"),
        pytest.param("我是一只乐于助人的小鸟,住在湖边的芦苇丛里。" * 9, None, id="22 characters nine times"),
        pytest.param(
            "我是一只乐于助人的小鸟,住在湖边的芦苇丛里。" * 10 + "我是一只乐",
            "loops_to_the_end",
            id="22 characters ten times",
        ),
        pytest.param("Да. " + "Я полезная птичка. 🐦 " * 12 + "Я пол", "loops_to_the_end", id="beyond the BMP, cut"),
        pytest.param(
            "é" * 150 + "I am a helpful bird. " * 11 + "I am a", "loops_to_the_end", id="Latin after other letters"
        ),
    ],
)
def test_repetition(tmp_path, answer, reason):
    assert marks(tmp_path, chat("Tell me.", answer), {"use": "repetition"})[0] == reason


def test_repetition_warns_of_what_may_have_been_asked_for(tmp_path):
    lines = chat("Write it fifteen times.", "I will not talk in class again.\n" * 15)

    assert marks(tmp_path, lines, {"use": "repetition"}) == (None, ["repeats_itself"])
    assert marks(tmp_path, lines, {"use": "repetition", "many_repeats": 15})[0] == "loops_to_the_end"


def test_repetition_warns_of_what_packs_too_well(tmp_path):
    answer = "\n".join(f"| bird | wing | {n * n % 7} |" for n in range(60))

    assert marks(tmp_path, chat("A table.", answer), {"use": "repetition"})[1] == ["repeats_itself"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param("ab", "answer_too_short", id="below"),
        pytest.param("abc", None, id="at the lower bound"),
        pytest.param("日本語", None, id="counts characters, not bytes"),
        pytest.param("abcdef", "answer_too_long", id="above"),
    ],
)
def test_length(tmp_path, answer, reason):
    assert marks(tmp_path, chat("q", answer), {"use": "length", "min_chars": 3, "max_chars": 5})[0] == reason


def test_length_leaves_a_missing_answer_to_other_steps(tmp_path):
    assert marks(tmp_path, chat("q"), {"use": "length", "min_chars": 3})[0] is None


TOOL = [{"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}]


def call(arguments: str):
    function = {"name": "now", "arguments": arguments}
    return [
        {"role": "user", "content": "Time?"},
        {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "1", "content": "noon"},
        {"role": "assistant", "content": "It is noon."},
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(chat("Hi", "Hello"), chat("Hi", "Hello", id="x", score=1), True, id="other fields do not count"),
        pytest.param(chat("Hi", "Hello"), chat("  hi ", "HELLO\n"), True, id="case and white space"),
        pytest.param(chat("Hi", "caf\u00e9"), chat("Hi", "cafe\u0301"), True, id="composed or not"),
        pytest.param(chat("Hi", "a\u200bb"), chat("Hi", "ab"), True, id="zero width"),
        pytest.param(chat("Hi", "م\u200cم"), chat("Hi", "مم"), False, id="U+200C spells"),
        pytest.param(chat("Hi", "Hello"), chat("Hi", "Hello!"), False, id="punctuation counts"),
        pytest.param(chat("Hi", "Hello"), chat("Hi", "Hello", "Hi", "Hello"), False, id="another turn"),
        pytest.param({"messages": call('{"zone": 1}'), "tools": TOOL}, {"messages": call('{"zone": 2}'), "tools": TOOL},
                     False, id="other arguments of a call"),
        pytest.param({"messages": call("{}"), "tools": TOOL}, {"messages": call("{}")}, False, id="other tools"),
        pytest.param({"messages": [{"role": "system", "content": "Be brief."}, *chat("Hi", "Hello")["messages"]]},
                     chat("Hi", "Hello"), False, id="another system prompt"),
        pytest.param(*({"messages": [turn | {"name": name} for turn in chat("Hi", "Hello")["messages"]]}
                       for name in ("Ann", "Bob")), False, id="another speaker"),
    ],
)  # fmt: skip
def test_exact_duplicates(tmp_path, one, other, same):
    run = curate_rows(tmp_path, [one, other], [{"use": "exact_duplicates"}])

    assert run.reasons == [None, "exact_duplicate" if same else None]


def test_exact_duplicates_compare_as_the_normalise_step_says(tmp_path):
    rows = [chat("Hi", "Hello"), chat("hi", "hello")]

    assert curate_rows(tmp_path, rows, [{"use": "normalise", "case": False}, {"use": "exact_duplicates"}]).reasons == [
        None,
        None,
    ]


def taught(*answers):
    """Return a chat of answers, each a text and its weight."""
    pairs = [
        [{"role": "user", "content": "Tell me."}, {"role": "assistant", "content": text, "weight": weight}]
        for text, weight in answers
    ]
    return {"messages": [turn for pair in pairs for turn in pair]}


LOOP, GOOD = "I am a helpful bird. " * 60 + "I am a", "Owls hunt at night."


@pytest.mark.parametrize(
    ("row", "reason", "warnings"),
    [
        pytest.param(chat("Sing.", LOOP, label=False), None, ["loops_to_the_end"], id="a loop, called bad"),
        pytest.param(chat("Sing.", "", label=False), None, ["empty_answer"], id="a blank answer, called bad"),
        pytest.param(chat("Sing.", LOOP, label=True), "loops_to_the_end", [], id="a loop, called good"),
        pytest.param({"prompt": "Sing.", "completion": LOOP, "label": False}, None, ["loops_to_the_end"],
                     id="a completion, called bad"),
        pytest.param({"instruction": "Sing.", "output": LOOP, "kto_tag": False}, None, ["loops_to_the_end"],
                     id="an alpaca row, called bad"),
        pytest.param({"text": "Sing.", "label": False}, None, [], id="a class that is false"),
        pytest.param(taught((GOOD, 1), (LOOP, 0)), None, [], id="a loop that is not trained"),
        pytest.param(taught((GOOD, 1), ("", 0)), None, [], id="a blank answer that is not trained"),
        pytest.param(taught((LOOP, 1), (GOOD, 0)), "loops_to_the_end", [], id="a loop before one that is not"),
        pytest.param(taught((" ", 1), (GOOD, 0)), "empty_answer", [], id="a blank answer before one that is not"),
        pytest.param(taught(("", 0)), None, ["nothing_trained"], id="nothing trained"),
    ],
)  # fmt: skip
def test_an_answer_is_no_fault_where_the_row_does_not_teach_it(tmp_path, row, reason, warnings):
    run = curate_rows(tmp_path, [row], [{"use": "empty"}, {"use": "repetition"}])

    assert (run.reasons[0], [word for word in run.warnings[0] if word != "repeats_itself"]) == (reason, warnings)


def test_a_bad_example_goes_where_the_user_says_so(tmp_path):
    step = {"use": "empty", "drop": ["empty_answer"]}

    assert marks(tmp_path, chat("Sing.", "", label=False), step)[0] == "empty_answer"


PASSAGE = "The kettle sings in the morning. " * 20


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(
            f"{PASSAGE}A.{PASSAGE}", f"{PASSAGE}B.{PASSAGE}", False, id="both ends are the same, the middle is not"
        ),
        pytest.param(f"{PASSAGE}A.{PASSAGE}", f"  {PASSAGE.upper()}A.\n{PASSAGE}", False, id="a space more"),
        pytest.param(
            f"{PASSAGE}A. {PASSAGE}", f"\u00a0{PASSAGE.upper()}a.\n\n{PASSAGE}\t", True, id="case and white space"
        ),
        pytest.param(f"{PASSAGE}Z", f"A{PASSAGE}", False, id="other ends"),
    ],
)
def test_long_texts_are_compared_whole(tmp_path, one, other, same):
    run = curate_rows(tmp_path, [chat("Hi", one), chat("Hi", other)], [{"use": "exact_duplicates"}])

    assert run.reasons == [None, "exact_duplicate" if same else None]


def test_balance_keeps_the_same_rows_whatever_their_order(tmp_path):
    rows = [{"text": f"call number {n}", "label": "call", "id": str(n)} for n in range(30)]
    rows += [{"text": f"mail number {n}", "label": "mail", "id": f"m{n}"} for n in range(5)]
    step = [{"use": "balance", "by": "label", "cap": 10}]
    kept = [{row["id"] for row in curate_rows(tmp_path, order, step).rows("train")} for order in (rows, rows[::-1])]

    assert kept[0] == kept[1]
    assert sum(not one.startswith("m") for one in kept[0]) == 10
    assert sum(one.startswith("m") for one in kept[0]) == 5


def test_a_step_given_twice_marks_once(tmp_path):
    """Property: applying a step again changes nothing."""
    rows = [chat("Name three birds.", answer) for answer in ("", "N/A", "ok", "I am a helpful bird. " * 30 + "I am")]
    once = curate_rows(tmp_path, rows, [{"use": "empty"}, {"use": "repetition"}])
    marks_once = once.ledger.select("reason", "warnings").rows()
    twice = curate_rows(
        tmp_path, rows, [{"use": "empty"}, {"use": "repetition"}, {"use": "empty"}, {"use": "repetition"}]
    )

    assert twice.ledger.select("reason", "warnings").rows() == marks_once
