"""Near-duplicates by the public door: what goes, what is only warned of, and what is not alike at all."""

from __future__ import annotations

import json

import pytest

from curate.core.run.errors import ConfigError
from tests.conftest import chat
from tests.curated import curate_rows

QUESTION = (
    "How do I reset the password of my account when I no longer have access to the phone that receives the codes, "
    "and the recovery address is one that I have not used for many years"
)
ANSWER = (
    "Open the sign-in page and choose the link that says you need help. Enter your name, pick the option for lost "
    "devices, and answer the questions about recent activity. We will write to you within two working days "
    "with the next step, and until then nobody can change the account. Keep the number of your request at hand "
    "when you call us."
)
STEPS = [{"use": "near_duplicates"}]


def with_system(system: str, row: dict):
    return {"messages": [{"role": "system", "content": system}, *row["messages"]]}


def swapped(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


LIGHT = swapped(ANSWER, ("Keep the number", "Have the number"))
MIDDLE = swapped(ANSWER, ("Keep", "Have"), ("lost", "stolen"))
OTHER_ANSWER = (
    "Please visit one of our branches with an identity card. A colleague at the desk replaces the phone number for you "
    "while you wait, after which the code arrives on the new phone and you can choose a fresh password at once."
)


@pytest.mark.parametrize(
    ("later", "reason", "warnings"),
    [
        pytest.param(chat(QUESTION, LIGHT), "near_duplicate", [], id="a light edit of the answer"),
        pytest.param(chat(QUESTION + ".", ANSWER.upper()), "near_duplicate", [], id="case and punctuation"),
        pytest.param(chat(QUESTION, MIDDLE), None, ["nearly_alike"], id="below the threshold warns"),
        pytest.param(chat(QUESTION, OTHER_ANSWER), None, ["same_prompt"], id="the same prompt with another answer"),
        pytest.param(chat("Who wrote this?", ANSWER), None, [], id="the same answer to a short, other question"),
        pytest.param(with_system("You are a pirate.", chat(QUESTION, ANSWER)), None, ["other_instructions"],
                     id="another system prompt teaches another behaviour"),
    ],
)  # fmt: skip
def test_a_pair(tmp_path, later, reason, warnings):
    run = curate_rows(tmp_path, [chat(QUESTION, ANSWER), later], STEPS)

    assert (run.reasons[1], run.warnings[1]) == (reason, warnings)


def talk(*said: str) -> dict:
    return {"messages": [{"role": "user" if n % 2 == 0 else "assistant", "content": one} for n, one in enumerate(said)]}


HISTORY = [" ".join(f"{word}{n}" for word in QUESTION.split()) for n in range(12)]
MAY_I = "So may I do that today?"


@pytest.mark.parametrize(
    ("one", "other", "reason", "warnings"),
    [
        pytest.param([MAY_I, "Yes, that is safe."], [MAY_I, "No, never do that."], None, ["told_apart"],
                     id="another last answer"),
        pytest.param([MAY_I, "Yes."], ["So must I do that today?", "Yes."], None, ["told_apart"],
                     id="another last question"),
        pytest.param([MAY_I, "Yes."], ["What is the capital of Peru?", "Lima."], None, ["told_apart"], id="both"),
        pytest.param([MAY_I, ANSWER], [MAY_I, MIDDLE], None, ["told_apart"], id="a long last answer below the threshold"),
        pytest.param([MAY_I, ANSWER], [MAY_I.lower(), LIGHT], "near_duplicate", [], id="a light edit of the last answer"),
        pytest.param([MAY_I, "Yes."], [MAY_I, "yes. "], "near_duplicate", [], id="equal last turns"),
        pytest.param([MAY_I, "Yes."], [MAY_I], None, ["told_apart"], id="a question that nobody answers"),
        pytest.param([MAY_I, "Yes."], [], None, ["told_apart"], id="the history alone"),
        pytest.param([], [MAY_I, "Yes."], None, ["told_apart"], id="one question more"),
    ],
)  # fmt: skip
def test_long_histories_do_not_make_the_last_turns_alike(tmp_path, one, other, reason, warnings):
    history = swapped(HISTORY[0], ("years0", "long years0"))
    run = curate_rows(tmp_path, [talk(*HISTORY, *one), talk(history, *HISTORY[1:], *other)], STEPS)

    assert (run.reasons[1], run.warnings[1][:1]) == (reason, warnings)


def test_a_chat_cut_after_each_answer_stays(tmp_path):
    """A row a turn, as fine-tuning data is often made; each holds the one before."""
    rows = [talk(*HISTORY[:turns]) for turns in range(2, len(HISTORY) + 1, 2)]

    assert curate_rows(tmp_path, rows, STEPS).reasons == [None] * len(rows)


def test_the_same_words_in_other_turns_are_another_last_question(tmp_path):
    """Both sides are the same text: it is in the turns alone that they differ."""
    words = QUESTION.split()
    rows = [talk(" ".join(words[:at]), "Yes.", " ".join(words[at:]), ANSWER) for at in (6, 24)]
    run = curate_rows(tmp_path, rows, STEPS)

    assert (run.reasons, run.warnings) == ([None, None], [[], ["told_apart"]])


@pytest.mark.parametrize("compare", ["conversation", "prompt", "answer"])
@pytest.mark.parametrize("order", [[0, 1], [1, 0]], ids=["the longer later", "the shorter later"])
def test_a_chat_that_goes_on_is_another_than_the_one_that_ends(tmp_path, compare, order):
    rows = [talk(QUESTION, ANSWER), talk(QUESTION, ANSWER, "Thanks.", "Bye.")]
    run = curate_rows(tmp_path, [rows[at] for at in order], [STEPS[0] | {"compare": compare}])

    assert (run.reasons, run.warnings) == ([None, None], [[], ["told_apart"]])


def tool(name: str) -> dict:
    function = {"name": name, "description": f"Looks up what {name} says of it.", "parameters": {"type": "object"}}
    return {"type": "function", "function": function}


def with_tools(*names: str) -> dict:
    return chat(QUESTION, ANSWER, tools=[tool(name) for name in names])


RULES = " ".join(f"Rule {n}: never promise what the {n}th paragraph of the handbook does not allow." for n in range(40))


@pytest.mark.parametrize("question", [QUESTION, "Hi"])
@pytest.mark.parametrize(
    ("one", "other", "reason", "warnings"),
    [
        pytest.param(f"{RULES} You may always give refunds.", f"{RULES} You may never give refunds.", None,
                     ["other_instructions"], id="one word of hundreds"),
        pytest.param(f"{RULES} Refund what costs <5 dollars.", f"{RULES} Refund what costs >5 dollars.", None,
                     ["other_instructions"], id="a sign"),
        pytest.param(f"{RULES} Ask first. Never guess.", f"{RULES} Never guess. Ask first.", None,
                     ["other_instructions"], id="another order"),
        pytest.param(f"{RULES} No, refunds are given.", f"{RULES} No refunds are given.", None,
                     ["other_instructions"], id="a comma"),
        pytest.param(f"{RULES} Be kind.", f" {RULES.upper()}\n\nBe kind.", "near_duplicate", [],
                     id="case and white space"),
        pytest.param("Be kind.", "Be kind", None, ["other_instructions"], id="a point of few words"),
        pytest.param("Be  kind.", "be kind. ", "near_duplicate", [], id="few words, case and white space"),
        pytest.param("  ", "\n", "near_duplicate", [], id="white space is no instruction"),
    ],
)  # fmt: skip
def test_instructions_are_equal_or_others(tmp_path, question, one, other, reason, warnings):
    rows = [with_system(system, chat(question, ANSWER)) for system in (one, other)]
    run = curate_rows(tmp_path, rows, STEPS)

    assert (run.reasons[1], run.warnings[1]) == (reason, warnings)


def test_a_tool_of_many_with_another_parameter_is_another_behaviour(tmp_path):
    names = [f"tool_{n}" for n in range(8)]
    rows = [with_tools(*names) for _ in range(3)]
    for row, parameter in zip(rows, ("town", "country", "town"), strict=True):
        row["tools"][3]["function"]["parameters"] = {"type": "object", "properties": {parameter: {"type": "string"}}}
    rows[2]["tools"][3]["function"] = dict(reversed(rows[2]["tools"][3]["function"].items()))  # says the same
    run = curate_rows(tmp_path, [*rows, chat(QUESTION, ANSWER)], STEPS)

    assert run.reasons == [None, None, "near_duplicate", None]
    assert run.warnings == [[], ["other_instructions"], [], ["other_instructions"]]


@pytest.mark.parametrize(
    ("one", "other"), [(["north south"], ["north", "south"]), ([["to"], "of"], [["to", "of"]]), ([2, 1], [1, 2])]
)
def test_tools_of_the_same_words_in_another_form_are_other_tools(tmp_path, one, other):
    rows = [with_tools("forecast", "archive") for _ in range(2)]
    for row, enum in zip(rows, (one, other), strict=True):
        row["tools"][0]["function"]["parameters"]["enum"] = enum
    run = curate_rows(tmp_path, rows, STEPS)

    assert (run.reasons, run.warnings) == ([None, None], [[], ["other_instructions"]])


def with_call(name: str) -> dict:
    arguments = {f"{name}{n}": f"{name} value {n}" for n in range(12)}
    function = {"name": name, "arguments": json.dumps(arguments)}
    row = with_tools("forecast", "archive")
    row["messages"][1]["tool_calls"] = [{"id": "1", "type": "function", "function": function}]
    return row


def seeing(picture: str, question: str, answer: str) -> dict:
    part = {"type": "image_url", "image_url": {"url": picture}}
    asked, answered = chat(question, answer)["messages"]
    return {"messages": [asked | {"content": [{"type": "text", "text": question}, part]}, answered]}


@pytest.mark.parametrize(
    ("one", "other", "warnings"),
    [
        pytest.param(with_tools("forecast"), with_tools("archive"), ["other_instructions"], id="other tools"),
        pytest.param(with_call("forecast"), with_call("archive"), ["same_prompt"], id="other calls, the same words"),
        pytest.param(seeing("1", QUESTION, ANSWER), seeing("1", QUESTION + " at all", OTHER_ANSWER), ["same_prompt"],
                     id="nearly the prompt about one picture"),
        pytest.param(seeing("1", QUESTION, ANSWER), seeing("2", QUESTION + " at all", OTHER_ANSWER), [],
                     id="nearly the prompt about another picture"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_words_keeps_both(tmp_path, one, other, warnings):
    run = curate_rows(tmp_path, [one, other], STEPS)

    assert (run.reasons, run.warnings[1]) == ([None, None], warnings)


def test_the_ledger_names_the_kept_twin_and_the_similarity(tmp_path):
    run = curate_rows(tmp_path, [chat(QUESTION, ANSWER, id="first"), chat(QUESTION, LIGHT, id="second")], STEPS)
    row = run.ledger.row(1, named=True)

    assert row["matched_id"] == "first"
    assert 0.8 <= row["similarity"] < 1
    assert run.ledger["cluster"][0] == run.ledger["cluster"][1] is not None


def test_unrelated_chats_under_one_long_system_prompt_stay(tmp_path):
    system = " ".join(
        f"Rule {n}: never promise what the {n}th paragraph of the handbook does not allow." for n in range(40)
    )
    rows = [
        with_system(system, chat(QUESTION, ANSWER)),
        with_system(system, chat("Where is the station near here?", OTHER_ANSWER)),
    ]

    assert curate_rows(tmp_path, rows, STEPS).reasons == [None, None]


def test_rows_that_share_a_template_stay(tmp_path):
    """Distinct tool-calling rows of one template: more than 99% are kept."""

    def row(n: int):
        question = (
            f"Please look up the current exchange rate of currency {n * 7919} for customer {n * 104729} and tell me."
        )
        function = {"name": "rate", "arguments": f'{{"currency": {n * 7919}, "customer": {n * 104729}}}'}
        return {
            "messages": [
                {"role": "user", "content": question},
                {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]},
            ]
        }

    run = curate_rows(tmp_path, [row(n) for n in range(10_000)], STEPS)
    assert run.manifest["counts"]["kept"] > 9_900


def test_a_chain_does_not_empty_a_source(tmp_path):
    """Each row resembles the next, the first does not resemble the last: only rows near a kept one go."""
    words = [f"word{n}" for n in range(400)]
    rows = [chat(QUESTION, " ".join(words[4 * n : 4 * n + 80])) for n in range(30)]
    run = curate_rows(tmp_path, rows, STEPS)
    dropped = run.ledger.filter(run.ledger["decision"] == "dropped")

    assert 10 <= len(rows) - len(dropped) < len(rows)
    assert all(value >= 0.8 for value in dropped["similarity"])


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        pytest.param(chat("Say hi", "hi there"), chat("say  HI", "Hi there"), "near_duplicate", id="equal"),
        pytest.param(chat("Is it 30 days?", "Yes."), chat("Is it 14 days?", "Yes."), None, id="one word of six"),
        pytest.param(chat("What is C++?", "A language."), chat("What is C?", "A language."), None, id="C++ is not C"),
    ],
)
def test_short_texts_go_only_when_equal(tmp_path, one, other, reason):
    assert curate_rows(tmp_path, [one, other], STEPS).reasons == [None, reason]


def test_scripts_without_spaces_are_only_warned_of(tmp_path):
    question = "请告诉我在忘记密码并且无法接收验证码的情况下应该怎样恢复我的帐户"
    answer = (
        "请打开登录页面选择需要帮助的链接然后输入您的姓名并回答最近活动的问题我们会在两个工作日内给您写信说明下一步"
    )
    run = curate_rows(
        tmp_path,
        [chat(question, answer), chat(question, answer.replace("两个", "三个")), chat(question, answer)],
        STEPS,
    )

    assert run.reasons == [None, None, "near_duplicate"]
    assert run.warnings[1] == ["alike_by_characters"]


def test_the_longer_answer_stays_where_that_is_asked_for(tmp_path):
    longer = ANSWER + " Thank you for your patience."
    run = curate_rows(
        tmp_path,
        [chat(QUESTION, ANSWER), chat(QUESTION, longer)],
        [{"use": "near_duplicates", "keep": "longest_answer"}],
    )

    assert run.reasons == ["near_duplicate", None]


def test_action_warn_drops_nothing(tmp_path):
    run = curate_rows(
        tmp_path, [chat(QUESTION, ANSWER), chat(QUESTION, LIGHT)], [{"use": "near_duplicates", "action": "warn"}]
    )

    assert (run.reasons, run.warnings) == ([None, None], [[], ["near_duplicate"]])


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        pytest.param({}, [0, 2], id="both sides"),
        pytest.param({"compare": "prompt"}, [0], id="the prompt alone"),
        pytest.param({"compare": "answer"}, [0, 2], id="the answers alone"),
        pytest.param({"compare": ["topic"]}, [0, 1, 2], id="a field of the records"),
        pytest.param({"compare": ["topic", "messages"]}, [0, 2], id="fields together"),
    ],
)
def test_what_is_compared_is_a_choice(tmp_path, settings, kept):
    rows = [
        {"topic": QUESTION, **chat(QUESTION, ANSWER)},
        {"topic": ANSWER, **chat(QUESTION, LIGHT)},
        {"topic": OTHER_ANSWER, **chat(QUESTION, OTHER_ANSWER)},
    ]
    run = curate_rows(tmp_path, rows, [STEPS[0] | settings])

    assert [row for row, reason in enumerate(run.reasons) if reason is None] == kept


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        pytest.param({"keep": "first"}, 0, id="the first"),
        pytest.param({"keep": "longest_answer"}, 1, id="the longest answer"),
        pytest.param({"keep": "highest", "keep_field": "meta.score"}, 2, id="the highest value of a field"),
    ],
)
def test_which_twin_stays_is_a_choice(tmp_path, settings, kept):
    longer = ANSWER.replace("us.", "us then.")
    rows = [chat(QUESTION, ANSWER), {"meta": {"score": "high"}, **chat(QUESTION, longer)}]
    rows += [{"meta": {"score": 0.5}, **chat(QUESTION, LIGHT)}]
    run = curate_rows(tmp_path, rows, [STEPS[0] | settings])

    assert [row for row, reason in enumerate(run.reasons) if reason is None] == [kept]


@pytest.mark.parametrize(("linkage", "kept"), [("star", [0, 4]), ("single", [0])])
def test_a_chain_of_likenesses_is_one_group_only_when_asked(tmp_path, linkage, kept):
    """Each answer is a twin of the one before it; the last is none of the first."""
    words = [f"word{n}" for n in range(60)]
    answers = [" ".join([*(f"new{n}" for n in range(by)), *words[by:]]) for by in (0, 2, 4, 6, 8)]
    run = curate_rows(tmp_path, [chat(QUESTION, answer) for answer in answers], [STEPS[0] | {"linkage": linkage}])

    assert [row for row, reason in enumerate(run.reasons) if reason is None] == kept
    assert f"linkage:{linkage}" in run.stats["signature"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"keep": "highest"}, "go together", id="highest of what"),
        pytest.param({"keep_field": "score"}, "go together", id="a field that nothing asks for"),
        pytest.param({"compare": []}, "at least one field", id="nothing to compare"),
    ],
)
def test_settings_that_make_no_sense_say_so(tmp_path, settings, said):
    with pytest.raises(ConfigError, match=said):
        curate_rows(tmp_path, [chat(QUESTION, ANSWER)], [STEPS[0] | settings])


@pytest.mark.parametrize("tell", [True, False])
def test_rows_that_share_a_prompt_alone_go_where_they_are_asked_to(tmp_path, tell):
    """Whatever their answers are, and each for a row that stays: the first with the prompt. Oracle: the texts."""
    prompts = [" ".join(f"{word}{number}" for word in QUESTION.split()) for number in range(5)]
    answers = [" ".join(f"{word}{number}" for word in ANSWER.split()) for number in range(20)]
    rows = [chat(prompts[number % 5], answers[number], id=f"r{number}") for number in range(20)]
    step = {"use": "near_duplicates", "drop": ["near_duplicate", "same_prompt"], "tell_prompts": tell}
    run = curate_rows(tmp_path, [*rows, chat("Where is the shop?", "In Leeds."), chat("Where is the shop?", "In York.")],
                      [step])  # fmt: skip

    assert run.reasons == [None] * 5 + ["same_prompt"] * 15 + [None, "same_prompt"]
    assert [row["matched"]["id"] for row in run.rows("dropped")][:15] == [f"r{number % 5}" for number in range(5, 20)]


def test_rows_that_share_a_prompt_alone_are_not_told_of_where_nobody_asks(tmp_path):
    long = swapped(QUESTION, ("password", "pass word")) + " and " + QUESTION.lower().replace("the", "a")
    run = curate_rows(tmp_path, [chat(long, "Yes."), chat(long, "No.")], [STEPS[0] | {"tell_prompts": False}])

    assert (run.reasons, run.warnings) == ([None, None], [[], []])


def calling(arguments: object, id_: str = "call_1") -> dict:
    call = {"id": id_, "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
    asked = chat(QUESTION, "")["messages"][0]
    said = {"role": "assistant", "content": LIGHT} | ({} if arguments is None else {"tool_calls": [call]})
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
    return {"messages": [asked, said], "tools": [tool]}


@pytest.mark.parametrize(
    ("later", "reason", "warnings"),
    [
        pytest.param(calling('{"days": 3, "city": "Bergen"}'), None, ["told_apart"], id="another argument"),
        pytest.param(calling(None), None, ["told_apart"], id="no call"),
        pytest.param(
            calling('{"days":3,"city":"Oslo"}', "call_2"), "near_duplicate", [], id="another id, other spaces"
        ),
    ],
)
def test_a_call_of_a_tool_is_no_few_words(tmp_path, later, reason, warnings):
    run = curate_rows(tmp_path, [calling('{"days": 3, "city": "Oslo"}'), later], STEPS)

    assert run.reasons[1] == reason
    assert run.warnings[1] == warnings


def test_a_call_nested_deeper_than_json_is_written_is_compared(tmp_path):
    deep = '{"a":' * 300 + "1" + "}" * 300
    run = curate_rows(tmp_path, [calling(deep), calling(deep.replace("1", "2"))], STEPS)

    assert run.reasons == [None, None]
