"""The page of a curation run: what a reader finds on it."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat

LONG = "a tall ship sailed past the harbour wall while nine gulls watched the fishermen mend their nets at dawn"


def rows() -> list[object]:
    return [
        chat("Name a colour.", "Blue is a colour that many people like."),
        chat("Name a colour.", "Blue is a colour that many people like."),
        chat("Tell a story.", f"{LONG}, and then they slept."),
        chat("Tell a story.", f"{LONG}, and then they slept!"),
        chat("Say nothing.", ""),
        '{"messages": [',
        *(chat(f"What is {n} plus {n}?", f"The sum of {n} and {n} is {n + n}.") for n in range(14)),
    ]


def test_known_counts_appear_in_words_and_in_tables(jsonl, curated, page):
    seen = page(curated(jsonl(rows())) / "report.html")

    assert "16 of 20 rows were kept" in seen.text
    assert "4 rows (20.0%) were dropped for 4 reasons" in seen.text
    for word in ("truncated_line", "empty_answer", "exact_duplicate", "near_duplicate"):
        assert word in seen.text
    assert "exact_duplicateThe same conversation stands earlier.15.00%" in seen.text


def test_an_example_shows_its_place_its_twin_and_both_texts(jsonl, curated, page):
    seen = page(curated(jsonl(rows())) / "report.html")

    assert "rows.jsonl:4" in seen.text
    assert "is like rows.jsonl:3" in seen.text
    assert "and then they slept!" in seen.text
    assert "and then they slept." in seen.text


def test_every_drawing_has_a_name_a_description_and_its_numbers(jsonl, curated, page):
    seen = page(curated(jsonl(rows())) / "report.html")

    drawings = [svg for svg in seen.named("svg") if "role" in svg]
    ids = {attributes.get("id") for _, attributes in seen.elements}
    assert len(drawings) >= 5
    assert all(svg["role"] == "img" for svg in drawings)
    assert all(set(str(svg["aria-labelledby"]).split()) <= ids for svg in drawings)
    assert seen.html.count("<summary>Numbers") == len(drawings)


def test_the_same_run_gives_the_same_bytes_in_another_folder(jsonl, curated):
    data = jsonl(rows())
    first, second = curated(data, out="a"), curated(data, out="b")

    assert (first / "report.html").read_bytes() == (second / "report.html").read_bytes()


def test_report_makes_the_page_that_curate_made(jsonl, curated, thresher, tmp_path):
    folder = curated(jsonl(rows()))
    again = tmp_path / "again.html"

    ran = thresher("report", folder, "--output", again, "--json")

    assert again.read_bytes() == (folder / "report.html").read_bytes()
    assert ran.json["runs"][0]["kept"] == 16
    assert ran.json["bytes"] == again.stat().st_size


def test_several_runs_stand_side_by_side(jsonl, curated, thresher, page, tmp_path):
    one, two = curated(jsonl(rows()), out="one"), curated(jsonl(rows()[:1], "few.jsonl"), out="two")

    thresher("report", one, two, "--output", tmp_path / "both.html", "-q")

    seen = page(tmp_path / "both.html")
    assert "2 runs" in seen.text
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in seen.named("a")} <= set(ids)


def test_a_run_that_kept_nothing(jsonl, curated, page):
    seen = page(curated(jsonl([chat("Hello?", "")]), code=1) / "report.html")

    assert "The only row was dropped" in seen.text
    assert "A limit was exceeded" in seen.text
    assert "0 rows were kept; min_kept is 1" in seen.text


def test_a_run_that_dropped_nothing(jsonl, curated, page):
    seen = page(
        curated(jsonl([chat("Hello?", "Good morning to you."), chat("Why?", "Because it is so.")])) / "report.html"
    )

    assert "All 2 rows were kept" in seen.text
    assert "Nothing was dropped." in seen.text
    assert "No row was removed for another." in seen.text


def test_an_empty_file(jsonl, curated, page):
    seen = page(curated(jsonl([]), code=1) / "report.html")

    assert "No row came in" in seen.text


def test_no_split_and_no_search(jsonl, curated, page, tmp_path):
    jsonl(rows()[:3])
    config = tmp_path / "curate.toml"
    config.write_text('[input]\nfiles = ["rows.jsonl"]\n[[steps]]\nuse = "empty"\n')

    seen = page(curated(config) / "report.html")

    assert "no split was asked for" in seen.text
    assert "did not look for near-duplicates" in seen.text


def test_evaluation_items_that_were_found_are_counted(jsonl, curated, page, tmp_path):
    jsonl(
        [{"question": LONG, "answer": "at dawn"}, {"question": f"Why is it that {LONG}?", "answer": "who knows"}],
        "evals.jsonl",
    )
    jsonl([chat(LONG, "At dawn."), chat("Name a colour.", "Blue.")])
    config = tmp_path / "curate.toml"
    config.write_text('[input]\nfiles = ["rows.jsonl"]\n[defaults.contamination]\nsets = ["evals.jsonl"]\n')

    seen = page(curated(config) / "report.html")

    assert "contaminatedMost of an item of an evaluation set stands in the row." in seen.text
    assert "suiteitemsfoundshare evals22100.00%" in seen.text


def test_a_short_reading_is_said(jsonl, curated, page):
    seen = page(curated(jsonl(rows()), "--limit", "3") / "report.html")

    assert "Only the first 3 rows were read" in seen.text
    assert "--limit 3" in seen.text


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({}, "it has no manifest.json", id="empty folder"),
        pytest.param({"manifest.json": "[1]"}, "is not of a run of ours", id="a manifest of another tool"),
        pytest.param({"manifest.json": "{"}, "is no JSON", id="a manifest cut short"),
        pytest.param({"manifest.json": '{"command": "cook"}'}, "is of 'cook'", id="another command"),
        pytest.param(
            {"manifest.json": '{"thresher": "9", "command": "curate", "schema_version": 99}'},
            "schema_version 99",
            id="newer",
        ),
        pytest.param(
            {"manifest.json": '{"thresher": "9", "command": "curate", "schema_version": 1}'},
            "config: ",
            id="a field missing",
        ),
    ],
)
def test_a_foreign_folder_is_refused_with_what_to_do(thresher, tmp_path, files, told):
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    ran = thresher("report", tmp_path, "--output", tmp_path / "report.html")

    assert ran.code == 2
    assert told in ran.err
    assert "hint:" in ran.err
    assert not (tmp_path / "report.html").exists()


def test_a_folder_that_is_not_there(thresher, tmp_path):
    ran = thresher("report", tmp_path / "gone")

    assert ran.code == 2
    assert "there is no folder" in ran.err


def test_changed_stats_are_refused(jsonl, curated, thresher):
    folder = curated(jsonl(rows()))
    stats = json.loads((folder / "stats.json").read_text())
    (folder / "stats.json").write_text(json.dumps(stats))

    ran = thresher("report", folder, "--output", folder / "report.html")

    assert ran.code == 2
    assert "was changed" in ran.err


def test_a_page_that_cannot_be_written(jsonl, curated, thresher, tmp_path):
    ran = thresher("report", curated(jsonl(rows())), "--output", tmp_path / "no" / "such" / "report.html")

    assert ran.code == 2
    assert "cannot be written" in ran.err
