"""Leaks by the public door: which rows stand in a protected file, how surely, and what the run says of it."""

from __future__ import annotations

import hashlib
import json
import random
import re

import pytest

from curate.core.run.errors import ConfigError, InputError
from curate.curation.run import Options
from tests.conftest import chat
from tests.curated import curate_rows

QUESTION = (
    "How do I reset the password of my account when I no longer have access to the phone that receives the codes, "
    "and the recovery address is one that I have not used for many years"
)
ANSWER = (
    "Open the sign-in page and choose the link that says you need help. Enter your name, pick the option for lost "
    "devices, and answer the questions about recent activity. We will write to you within two working days."
)
OTHER = "Please visit one of our branches with an identity card: a colleague replaces the number while you wait there."
EDITED = chat(QUESTION + " at all", ANSWER.replace("two", "three"))
TEST = [
    chat(QUESTION, ANSWER, id="reset"),
    chat("What is C++?", "A language.", id="cpp"),
    chat("What is -5 plus 3?", "-2", id="minus"),
    {"messages": [{"role": "user", "content": "Name the largest moon of Saturn."}], "id": "no answer"},
    {"prompt": "unlike", "id": "another layout cannot be read"},
]


def protect(folder, rows, test=TEST, steps=(), **settings):
    files = {"test.jsonl": test, **({"train.jsonl": rows} if isinstance(rows, list) else rows)}
    given = {"files": ["train.jsonl"], "protect": ["test.jsonl"]}
    return curate_rows(folder, files, list(steps), input=given, **settings)


@pytest.mark.parametrize(
    ("row", "reason", "warnings", "line"),
    [
        pytest.param(chat(QUESTION, ANSWER), "leak_exact", [], 1, id="the same chat"),
        pytest.param(chat(QUESTION.upper() + "??", ANSWER + "\n"), "leak_exact", [], 1, id="case, space, punctuation"),
        pytest.param({"instruction": QUESTION, "output": ANSWER}, "leak_exact", [], 1, id="another layout"),
        pytest.param({"messages": [{"role": "system", "content": "Be brief."}, *chat(QUESTION, ANSWER)["messages"]]},
                     "leak_exact", [], 1, id="a system prompt does not hide it"),
        pytest.param(EDITED, "leak_near", [], 1, id="a light edit"),
        pytest.param({"messages": [{"role": "system", "content": "Be brief."}, *EDITED["messages"]]},
                     "leak_near", [], 1, id="nor a light edit"),
        pytest.param(chat(QUESTION + " at all", ANSWER.replace("two", "three"), "And then?", "Call us."),
                     "leak_near", [], 1, id="nor that the chat goes on"),
        pytest.param(chat(QUESTION, OTHER), "leak_prompt", [], 1, id="the prompt alone"),
        pytest.param(chat(QUESTION, OTHER, "And then?", "Call us."), "leak_prompt", [], 1, id="as an earlier turn"),
        pytest.param(chat(QUESTION + " at all", OTHER), None, ["leak_prompt_near"], 1, id="nearly the prompt: a guess"),
        pytest.param(chat("Name the largest moon of Saturn", "Titan"), "leak_prompt", [], 4, id="a test without answer"),
        pytest.param(chat("What is C?", "A language."), None, [], None, id="C is not C++"),
        pytest.param(chat("What is 5 plus 3?", "-2"), None, [], None, id="5 is not -5"),
        pytest.param(chat("Why?", ANSWER), None, [], None, id="the answer alone, to another question"),
        pytest.param({"text": QUESTION}, None, [], None, id="a bare text is no prompt"),
    ],
)  # fmt: skip
def test_a_row_against_the_protected_file(tmp_path, row, reason, warnings, line):
    run = protect(tmp_path, [row])

    assert (run.reasons, run.warnings) == ([reason], [warnings])
    detail = run.ledger["detail"][0]
    assert detail is None if line is None else detail.startswith(f"test.jsonl:{line}")


@pytest.mark.parametrize(
    ("test", "row", "reason"),
    [
        pytest.param([chat("What is 7.5?", "A decimal.")], chat("What is 7-5?", "2"), None, id="7-5 is not 7.5"),
        pytest.param([chat("5 = ?", "A number.")], chat("5! = ?", "120"), None, id="5! is not 5"),
        pytest.param([chat("Is a b positive?", "It may be.")], chat("Is a - b positive?", "It depends."), None,
                     id="a - b is not a b"),
        pytest.param([chat(f"{QUESTION} and {QUESTION.upper()}", "Yes."),
                      chat(f"{QUESTION} and {QUESTION.upper()} at all, so", "No.")],
                     {"messages": [{"role": "system", "content": "Be brief."},
                                   *chat(f"{QUESTION} and {QUESTION.upper()} at all", "Yes.")["messages"]]},
                     "leak_near", id="a row like one hides behind no prompt that is nearer"),
        pytest.param([chat(f"Say where it holds that a < b. {QUESTION}", ANSWER)],
                     chat(f"Say where it holds that a > b. {QUESTION}", ANSWER), "leak_near", id="another sign"),
        pytest.param([chat("What is C?", "A language.", QUESTION, ANSWER)], chat("What is C?", "A letter."), None,
                     id="an earlier question of a test is not what it asks"),
    ],
)  # fmt: skip
def test_a_row_against_another_protected_file(tmp_path, test, row, reason):
    run = protect(tmp_path, [row], test)

    assert (run.reasons, run.warnings) == ([reason], [[]])


def test_both_places_stand_in_the_ledger_and_beside_the_dropped_row(tmp_path):
    run = protect(tmp_path, [chat("Good morning", "Hello"), chat(QUESTION, OTHER, "And then?", "Call us.")])

    dropped = run.rows("dropped")[0]
    assert (dropped["source"], dropped["line"], dropped["step"]) == ("train.jsonl", 2, "leaks")
    assert dropped["matched"] == {"id": "reset", "source": "test.jsonl", "line": 1}
    assert run.ledger["detail"][1] == "test.jsonl:1, the prompt of answer 1 of 2"
    assert (run.ledger["matched_id"][1], run.ledger["similarity"][1]) == ("reset", 1.0)


def test_the_manifest_names_the_protected_file_and_counts_none_of_its_rows(tmp_path):
    run = protect(tmp_path, [chat(QUESTION, ANSWER), chat("Good morning", "Hello")])

    told = {one["path"]: one for one in run.manifest["inputs"]}
    assert told["test.jsonl"]["protected"] is True
    assert told["test.jsonl"]["rows"] == len(TEST)
    assert told["test.jsonl"]["sha256"] == hashlib.sha256((tmp_path / "test.jsonl").read_bytes()).hexdigest()
    counts = run.manifest["counts"]
    assert (counts["in"], counts["kept"], counts["dropped"], counts["by_reason"]) == (2, 1, 1, {"leak_exact": 1})
    assert set(counts["by_source"]) == {"train.jsonl"}


def test_rows_of_the_protected_file_that_cannot_be_read_are_told(tmp_path):
    run = protect(tmp_path, [chat("Good morning", "Hello")])

    assert any("1 of 5 rows of test.jsonl cannot be read and are not protected" in note for note in run.stats["notes"])


def test_a_leak_goes_before_rows_are_compared_with_it(tmp_path):
    """Else a row could go for a twin that is then dropped as a leak."""
    twin = chat(QUESTION, ANSWER)
    run = protect(tmp_path, [twin, chat(QUESTION, OTHER), twin], steps=[{"use": "exact_duplicates"}])

    assert run.reasons == ["leak_exact", "leak_prompt", "leak_exact"]
    assert run.ledger["cluster"].to_list() == [None, None, None]


def test_no_test_split_is_made_where_files_are_protected(tmp_path):
    rows = [chat(f"How far is the {n}th of the stars?", f"About {n} light years") for n in range(200)]
    run = protect(tmp_path, rows, split={"train": 0.8, "validation": 0.1, "test": 0.1})

    assert set(run.manifest["counts"]["by_split"]) == {"train", "validation"}
    assert not (run.out / "test.jsonl").exists()
    assert any("no test split was made: test.jsonl is held back" in note for note in run.stats["notes"])


def test_a_protected_file_in_the_folder_of_the_inputs_is_no_input(tmp_path):
    settings = {"input": {"files": ["raw"], "protect": ["raw/test.jsonl"]}}
    files = {"raw/a.jsonl": [chat(QUESTION, ANSWER)], "raw/test.jsonl": TEST, "raw/z.jsonl": [chat("Hello", "Hi")]}
    run = curate_rows(tmp_path, files, [], **settings)

    assert list(zip(run.ledger["source"], run.reasons, strict=True)) == [
        ("raw/a.jsonl", "leak_exact"),
        ("raw/z.jsonl", None),
    ]


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        pytest.param({"files": ["train.jsonl"], "protect": ["train.jsonl"]}, ConfigError, "nothing is left to read",
                     id="everything is protected"),
        pytest.param({"files": ["train.jsonl"], "protect": ["none.jsonl"]}, InputError, "there is no file 'none.jsonl'",
                     id="it is not there"),
        pytest.param({"files": ["train.jsonl"], "protect": ["broken.jsonl"]}, InputError,
                     "broken.jsonl cannot be compared: none of its 1 rows can be read", id="it would protect nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_protected_is_an_error(tmp_path, settings, error, said):
    files = {"train.jsonl": [chat("Hello", "Hi")], "broken.jsonl": [b"{"]}
    with pytest.raises(error, match=re.escape(said)):
        curate_rows(tmp_path, files, [], input=settings)


def test_a_file_that_protects_nothing_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr("curate.curation.run.stage", lambda *_, **__: pytest.fail("the work began"))
    late = [*[b"{"] * 200_000, chat(QUESTION, ANSWER)]  # its last row protects
    files = {"train.jsonl": [chat("Hello", "Hi")], "broken.jsonl": [b"{"] * 200_000, "late.jsonl": late}

    with pytest.raises(InputError, match="none of its 200,000 rows can be read"):
        curate_rows(tmp_path, files, [], input={"files": ["train.jsonl"], "protect": ["late.jsonl", "broken.jsonl"]})


def test_the_step_needs_something_to_protect(tmp_path):
    with pytest.raises(ConfigError, match="nothing to hold rows against"):
        curate_rows(tmp_path, [chat("Hello", "Hi")], [{"use": "leaks"}])


def test_the_default_preset_takes_settings_of_the_step(tmp_path):
    (tmp_path / "test.jsonl").write_text(json.dumps(chat(QUESTION, ANSWER)) + "\n")
    given = {"files": ["train.jsonl"], "protect": ["test.jsonl"]}
    rows = {"train.jsonl": [chat(QUESTION + " at all", OTHER)]}
    run = curate_rows(tmp_path, rows, None, input=given, defaults={"leaks": {"drop": ["leak_prompt_near"]}})

    assert run.reasons == ["leak_prompt_near"]


def corpus(count: int) -> tuple[list, list]:
    draw = random.Random(3)
    words = [f"word{n}" for n in range(300)]
    texts = [" ".join(draw.choices(words, k=30)) for _ in range(count)]
    test = [chat(text, f"answer {n} " + text[::2]) for n, text in enumerate(texts[: count // 4])]
    edited = [chat(text + " once more", f"answer {n} " + text[::2]) for n, text in enumerate(texts[: count // 8])]
    train = [chat(text, f"answer {n} other") for n, text in enumerate(texts[count // 8 :])]
    return [*edited, *train, *test[:5]], test


def test_any_block_size_and_memory_limit_give_the_same_bytes(tmp_path):
    train, test = corpus(160)
    written = []
    for name, options in {
        "plain": Options(quiet=True),
        "tiny blocks": Options(quiet=True, block_bytes=900),
        "little memory": Options(quiet=True, memory_limit=200_000_000),
    }.items():
        folder = tmp_path / name
        run = protect(folder, train, test, [{"use": "near_duplicates"}], options=options)
        files = sorted(path for path in run.out.iterdir() if path.name not in ("run.json", "report.html"))
        written.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})

    assert written[0] == written[1] == written[2]


def test_any_order_of_the_rows_gives_the_same_leaks(tmp_path):
    train, test = corpus(160)
    found = []
    for name in ("given", "shuffled"):
        run = protect(tmp_path / name, train, test)
        found.append(sorted(zip(run.ledger["id"], run.reasons, run.ledger["matched_id"], strict=True), key=str))
        random.Random(5).shuffle(train)

    assert found[0] == found[1]
    assert {reason for _, reason, _ in found[0]} == {None, "leak_exact", "leak_near", "leak_prompt"}


def test_the_kernel_and_plain_python_find_the_same(tmp_path, monkeypatch):
    train, test = corpus(64)
    with_kernel = protect(tmp_path / "c", train, test).ledger
    for module in ("signatures.bands", "signatures.minhash", "signatures.shingles", "pairs.mates"):
        monkeypatch.setattr(f"curate.dedupe.{module}.kernel", lambda: None)

    assert protect(tmp_path / "python", train, test).ledger.equals(with_kernel)
