"""The rows of the ledger on the page of a curation run, and what else the page says of the data."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.reports.test_every_kind import unpacked

LONG = "a tall ship sailed past the harbour wall while nine gulls watched the fishermen mend their nets at dawn"
GOOD = [chat(f"What is {n} plus {n}?", f"The sum of {n} and {n} is {n + n}.") for n in range(14)]


def table_of(folder) -> dict[str, list[object]]:
    """Return the columns of the page's table of rows, and their texts."""
    head, *texts = unpacked((folder / "report.html").read_text()).splitlines()
    told = json.loads(head)
    columns = {
        column["name"]: [None if code < 0 else chosen(column, code) for code in column["codes"]]
        if column["kind"] == "choice"
        else column["values"]
        for column in told["columns"]
    }
    lines = [text for line in texts for text in json.loads(line)[0]]
    by_slot = dict(zip(told["slots"], lines, strict=False))
    return columns | {"text": [by_slot.get(place) for place in range(told["rows"])]}


def chosen(column, code: int) -> object:
    """Return the word of a choice, or the list of them."""
    if "sets" in column:
        return [column["words"][place] for place in column["sets"][code]]
    return column["words"][code]


def test_dropped_and_marked_rows_stand_first_each_with_its_own_text(jsonl, curated):
    rows = [*GOOD, chat("Say nothing.", ""), '{"messages": [', chat("Who?", "Who?")]

    folder = curated(jsonl(rows))

    table = table_of(folder)
    assert "Every row of the ledger." in (folder / "report.html").read_text()
    assert table["place"][:3] == ["15", "16", "17"]
    assert table["reason"][:3] == ["empty_answer", "truncated_line", None]
    assert table["warning"][2] == ["answer_equals_prompt"]
    assert len(table["place"]) == 17
    assert json.loads(table["text"][0]) == rows[14]
    assert table["text"][1] == rows[15]
    wanted = [json.dumps(row) for row in GOOD]
    assert table["text"][3:] == wanted  # kept rows, of several splits, in the order of the ledger


def test_a_text_that_ends_early_says_how_much_more_there_is(jsonl, curated):
    long = chat("Tell a story.", "word " * 1_000)
    line = json.dumps(long | {"id": "n" * 250})

    table = table_of(curated(jsonl([line, *GOOD])))

    place = table["place"].index("1")
    assert table["text"][place] == f"{line[:2_000]} … and {len(line) - 2_000:,} more characters"
    assert table["id"][place] == f"{'n' * 200} … and 50 more characters"


def test_rows_of_several_files_are_named_by_file_and_line(jsonl, curated):
    table = table_of(curated(jsonl(GOOD[:1], "a.jsonl"), jsonl(GOOD[1:2], "b.jsonl")))

    assert table["place"] == ["a.jsonl:1", "b.jsonl:1"]


def test_of_many_rows_some_of_each_word_are_told(jsonl, curated, page):
    rows = [chat(f"Say nothing of {n}.", "") for n in range(2_400)]
    rows += [f'{{"messages": [{n}' for n in range(5)]
    rows += [chat(f"What is {n}?", f"The number {n}, and no other one.") for n in range(700)]

    folder = curated(jsonl(rows))

    table = table_of(folder)
    reasons = table["reason"]
    dropped, kept = table["decision"].count("dropped"), table["decision"].count("kept")
    assert dropped + kept == len(reasons) <= 2_000
    told = f"{dropped:,} of 2,405 dropped rows and all {kept} kept ones: some of each reason and of each warning, and all others."
    assert told in page(folder / "report.html").text
    assert reasons.count("truncated_line") == 5
    assert reasons.count("empty_answer") > 500
    assert reasons.count(None) >= 500


def test_without_records_dropped_rows_have_no_text(jsonl, curated, tmp_path):
    jsonl([*GOOD, chat("Say nothing.", "")])
    (tmp_path / "curate.toml").write_text('[input]\nfiles = ["rows.jsonl"]\n[output]\nrecords = false\n')

    table = table_of(curated(tmp_path / "curate.toml"))

    assert table["text"][0] is None
    assert all(table["text"][1:])


def test_a_ledger_that_was_changed_is_refused(jsonl, curated, thresher):
    folder = curated(jsonl(GOOD))
    (folder / "ledger.parquet").write_bytes((folder / "ledger.parquet").read_bytes() + b" ")

    ran = thresher("report", folder, "--output", folder / "report.html")

    assert ran.code == 2
    assert "ledger.parquet is not the file" in ran.err


def test_training_rows_that_were_changed_are_refused(jsonl, curated, thresher):
    folder = curated(jsonl(GOOD))
    (folder / "train.jsonl").write_text("{}\n" * 14)

    ran = thresher("report", folder, "--output", folder / "report.html")

    assert ran.code == 2
    assert "train.jsonl is not the file" in ran.err


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param("", "14 kept", id="defaults"),
        pytest.param(
            '[[steps]]\nuse = "contradictions"\n', "No two rows give one prompt different answers.", id="none"
        ),
    ],
)
def test_empty_states_say_something(jsonl, curated, page, tmp_path, settings, told):
    jsonl(GOOD)
    (tmp_path / "curate.toml").write_text(f'[input]\nfiles = ["rows.jsonl"]\n{settings}')

    text = page(curated(tmp_path / "curate.toml") / "report.html").text

    assert told in text or "This run did not look for contradictions" in text
    assert "Nothing was named that must stay unseen" in text


def test_tokens_languages_clusters_and_leaks_are_on_the_page(jsonl, curated, page):
    rows = [*GOOD, chat("Tell a story.", LONG), chat("Tell a story.", LONG), chat("Secret?", "It is not to be seen.")]
    unseen = jsonl([chat("Secret?", "It is not to be seen.")], "unseen.jsonl")

    text = page(curated(jsonl(rows), "--protect", unseen) / "report.html").text

    assert "Tokens of the conversation" in text
    assert "English16 → 15" in text
    assert "The rows of the cluster of 2" in text
    assert "leaks › leak_exact" in text


def test_contradictions_are_told_as_groups(jsonl, curated, page, tmp_path):
    asked = "How long does a refund take to arrive on my card?"
    jsonl([chat(asked, "It takes 14 days."), chat(asked, "It takes 30 days.")])
    (tmp_path / "curate.toml").write_text('[input]\nfiles = ["rows.jsonl"]\n[[steps]]\nuse = "contradictions"\n')

    text = page(curated(tmp_path / "curate.toml") / "report.html").text

    assert "2 rows give 1 prompt another answer than other rows do." in text
    assert f"{asked}" in text
    assert "It takes 14 days.rows.jsonl:1 contradiction 14 days / 30 days; 1 of 2 rows say so" in text


def test_tainted_items_are_listed(jsonl, curated, page, tmp_path):
    jsonl([{"id": "one", "question": LONG, "answer": "at dawn"}], "evals.jsonl")
    jsonl([chat(LONG, "At dawn."), chat("Name a colour.", "Blue.")])
    (tmp_path / "curate.toml").write_text(
        '[input]\nfiles = ["rows.jsonl"]\n[defaults.contamination]\nsets = ["evals.jsonl"]\n'
    )

    text = page(curated(tmp_path / "curate.toml") / "report.html").text

    assert "The items that were found" in text
    assert "rows.jsonl:1" in text[text.index("The items that were found") :]


@pytest.mark.parametrize(
    "gone", [["ledger.parquet"], ["train.jsonl"], ["train.jsonl", "dropped.jsonl", "ledger.parquet"]]
)
@pytest.mark.parametrize("flags", [[], ["--no-text"]])
def test_a_folder_may_be_shared_without_rows_and_the_page_says_so(jsonl, curated, thresher, page, gone, flags):
    folder = curated(jsonl([*GOOD, chat("Say nothing.", "")]))
    for name in gone:
        (folder / name).unlink()

    ran = thresher("report", folder, "--output", folder / "report.html", "--json", *flags)

    assert (ran.code, ran.json["runs"][0]["missing"]) == (0, gone)
    assert f"without {', '.join(gone)} of" in ran.err
    assert f"{', '.join(gone)} {'was' if len(gone) == 1 else 'were'} missing" in page(folder / "report.html").text


@pytest.mark.parametrize("changed", ["train.jsonl", "dropped.jsonl"])
@pytest.mark.parametrize("flags", [[], ["--no-text"]])
def test_a_missing_file_hides_no_changed_one(jsonl, curated, thresher, changed, flags):
    """A line that was planted, and one of the same length; both files are named, what is missing and what was changed."""
    folder = curated(jsonl([*GOOD, chat("Say nothing.", "")]))
    (folder / "ledger.parquet").unlink()
    whole = (folder / changed).read_bytes()

    for planted in (whole + b'{"prompt":"planted"}\n', b"#" + whole[1:]):
        (folder / changed).write_bytes(planted)
        ran = thresher("report", folder, "--output", folder / "report.html", *flags)

        assert ran.code == 2
        assert f"{folder / changed} is not the file" in ran.err
        assert f"{folder / 'ledger.parquet'} is missing" in ran.err
