"""Slips of hands in a hurry: drawn, and never where they would change what is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from curate.augment.rewriting.guarded import guarded
from curate.augment.slips import neighbours
from tests.augment.made import augment, curated

ALL = {"use": "noise", "typos": 1.0, "case": 1.0, "punctuation": 1.0, "white_space": 1.0, "casual": 1.0}


def questions_of(folder: Path, *texts: str, **knobs: object) -> list[str]:
    """Return the question of each new row, made by noise alone, in order."""
    rows = [
        {"id": f"q{n}", "messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "Yes, Sir."}]}
        for n, text in enumerate(texts)
    ]
    curated(folder, rows, steps=[{"use": "length"}])
    after = augment(folder, [ALL | knobs], limits={"min_added": 0})
    new = after.rows("train")[len(texts) :]
    assert all(row["messages"][1]["content"] == "Yes, Sir." for row in new if knobs.get("roles") is None)
    return [row["messages"][0]["content"] for row in new]


@pytest.mark.parametrize(
    "kept",
    [
        "```python\nthe quick brown fox = jumps\n```",
        "~~~\nnever closed, the quick brown fox",
        "`the quick brown fox`",
        "``a ` tick, inside``",
        "    indented code, here",
        '{"key": ["the quick", {"brown": "fox, jumps"}]}',
        "https://example.com/the/quick?brown=fox,jumps",
        "someone.else@example.org",
        "/usr/share/words/list",
        "notes.txt",
        "{customer_name}",
        "{{ customer name }}",
        "${HOME}",
        "%(name)s",
        "[CUSTOMER NAME]",
        "[noun]",
        "[your company's name]",
        "%customer%",
        "<b class='quick'>",
        "1,234.50",
        "2024-05-06T07:08",
        "B12-x9",
        "12%",
        "snake_case_name",
        "camelCaseName",
        "std::vector",
        "@someone",
    ],
)
def test_what_is_no_prose_stays(tmp_path: Path, kept: str) -> None:
    for text in questions_of(tmp_path, f"Something happened here\n{kept}", k=8):
        assert text.endswith(f"\n{kept}")


@pytest.mark.parametrize("kept", ["<name>", "<first name>", "[noun]", "{name}"])
def test_placeholders_stay_where_code_may_change(kept: str) -> None:
    assert guarded(f"so {kept} says", ["code"]) == [(3, 3 + len(kept))]
    assert guarded(f"so {kept} says", ["placeholders", "code"]) == []


def test_the_text_of_a_link_is_prose() -> None:
    assert guarded("see [these docs](https://a.example/b) now") == [(17, 37)]


def test_numbers_are_touched_only_where_it_is_asked_for() -> None:
    assert guarded("for 1,234 of us") == [(4, 9)]
    assert guarded("for 1,234 of us", ["numbers"]) == []


@pytest.mark.parametrize("word", ["can't", "don’t", "won't"])
def test_no_letter_is_lost_from_a_negation(tmp_path: Path, word: str) -> None:
    flat = re.sub("['’]", "", word)
    for text in questions_of(tmp_path, f"I {word} come", k=20, white_space=0.0):
        assert re.sub("['’]", "", text.split()[1]).lower() == flat


def test_other_scripts_and_other_turns_stay(tmp_path: Path) -> None:
    assert questions_of(tmp_path, "请问 包裹 在哪里", white_space=0.0) == []


def test_a_slip_is_a_key_beside_the_right_one() -> None:
    keys = neighbours("qwerty")

    assert sorted(keys["g"]) == sorted("ftyhbv")
    assert all(one in keys[other] for one, near in keys.items() for other in near)
    assert sorted(neighbours("azerty")["q"]) == sorted("azsw")


@pytest.mark.parametrize(
    ("knob", "changed"),
    [
        pytest.param("typos", r"^(?!please send the small parcel today, thanks\.$)[a-z]+( [a-z]+){6}\.?", id="typos"),
        pytest.param("case", r"(?i)^please send the small parcel today, thanks\.$", id="case"),
        pytest.param("punctuation", r"^please send the small parcel today thanks(\.\.)?$", id="marks"),
        pytest.param("white_space", r"^please *send *the *small *parcel *today, thanks\.$", id="spaces"),
        pytest.param("casual", r"^pls send the small parcel today, thx\.$", id="casual"),
    ],
)
def test_each_knob_does_its_own_and_nothing_else(tmp_path: Path, knob: str, changed: str) -> None:
    others = dict.fromkeys(("typos", "case", "punctuation", "white_space", "casual"), 0.0)
    before = "please send the small parcel today, thanks."

    (after,) = questions_of(tmp_path, before, **(others | {knob: 1.0}))

    assert after != before
    assert re.search(changed if knob != "typos" else r"parc?|today", after)
    if knob != "typos":
        assert re.fullmatch(changed, after)


def test_rates_are_shares(tmp_path: Path) -> None:
    others = dict.fromkeys(("case", "punctuation", "white_space", "casual"), 0.0)
    words = ["reasonable"] * 2000

    (after,) = questions_of(tmp_path, " ".join(words), typos=0.1, **others)

    wrong = sum(word != "reasonable" for word in after.split())
    assert 150 < wrong < 250


def test_what_changed_nothing_is_counted_and_is_no_row(tmp_path: Path) -> None:
    curated(
        tmp_path, [{"id": "a", "messages": [{"role": "user", "content": "42"}, {"role": "assistant", "content": "?"}]}]
    )
    after = augment(tmp_path, [ALL | {"k": 3}], limits={"min_added": 0, "max_faults": 0.5})

    assert after.stats["added"]["steps"][0]["faults"] == {"unchanged": 3}
    assert after.outcome.broken == ["3 of 3 (100.0%) became no new row; max_faults is 50.0%. See why: report.html"]
    assert after.manifest["counts"]["added"] == 0
