"""What is committed beside the code: waivers, and a baseline in one file."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from tests.evalkit.gate.runs import AREAS, DROPPED, gate, limits, right, scored


def waive(folder, until):
    text = f'[[waivers]]\nrule = "exact_match max_drop"\nreason = "wrong references"\nwho = "mara"\nuntil = {until}\n'
    (folder / "waivers.toml").write_text(text)


@pytest.mark.parametrize(
    ("until", "code", "told"), [("2999-01-01", 0, "waived until"), ("2020-01-01", 1, "ran out on 2020-01-01")]
)
def test_a_waiver_holds_until_its_day(thresher, tmp_path, base, until, code, told):
    waive(tmp_path, until)
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))

    ran = gate(thresher, new, base, limits(tmp_path, head='waivers = "waivers.toml"'))

    assert ran.code == code
    assert told in ran.out
    assert "mara" in ran.out


def test_the_last_line_says_which_of_its_counts_are_waived(thresher, tmp_path, base):
    waive(tmp_path, "2999-01-01")
    rules = 'metric = "exact_match"\nmax_drop = 0.02\n\nmetric = "exact_match"\nmin_value = 0.1'
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))

    one = gate(thresher, new, base, limits(tmp_path, head='waivers = "waivers.toml"'))
    two = gate(thresher, new, base, limits(tmp_path, rules, head='waivers = "waivers.toml"'))

    assert one.out.splitlines()[-1] == "pass: 1 fail (waived) of 1 rule"
    assert two.out.splitlines()[-1] == "pass: 1 pass, 1 fail (waived) of 2 rules"


@pytest.mark.parametrize("epoch", ["99999999999999999", "9" * 30, "²"])
def test_a_day_that_is_none_is_said(thresher, tmp_path, base, monkeypatch, epoch):
    waive(tmp_path, "2999-01-01")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    ran = gate(thresher, base, base, limits(tmp_path, head='waivers = "waivers.toml"'))

    assert ran.code == 2
    assert f"SOURCE_DATE_EPOCH={epoch} is no day" in ran.err


@pytest.mark.parametrize(("day", "code"), [("2026-03-01", 0), ("2026-03-02", 1)])
def test_the_day_of_a_waiver_is_its_last(thresher, tmp_path, base, monkeypatch, day, code):
    waive(tmp_path, "2026-03-01")
    noon = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon.timestamp())))
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))

    assert gate(thresher, new, base, limits(tmp_path, head='waivers = "waivers.toml"')).code == code


def test_a_waiver_of_no_rule_is_an_error(thresher, tmp_path, base):
    waive(tmp_path, "2999-01-01")
    rules = limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.1', head='waivers = "waivers.toml"')

    ran = gate(thresher, base, base, rules)

    assert ran.code == 2
    assert "did you mean 'exact_match min_value'?" in ran.err


def test_a_baseline_to_commit(thresher, tmp_path, base):
    file = tmp_path / "baseline.jsonl"
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))

    assert thresher("gate", base, "--accept", file).code == 0
    by_file = gate(thresher, new, file, limits(tmp_path), "--json").json
    by_folder = gate(thresher, new, base, limits(tmp_path), "--json").json

    header = json.loads(file.read_text().splitlines()[0])
    assert header["metrics"]["exact_match"]["value"] == 0.7
    assert len(header["data_sha256"]) == 64
    assert json.loads(file.read_text().splitlines()[1]) == {"id": "q0000", "slices": {"area": "a"}, "statistics": [1]}
    assert by_file["limits"] == by_folder["limits"]
    assert file.stat().st_size < 70 * 1000


def test_a_baseline_that_was_edited_is_refused(thresher, tmp_path, base):
    file = tmp_path / "baseline.jsonl"
    thresher("gate", base, "--accept", file)
    file.write_text(file.read_text().replace('"statistics":[1]', '"statistics":[0]', 1))

    ran = gate(thresher, base, file, limits(tmp_path))

    assert ran.code == 2
    assert "was changed after it was written" in ran.err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("data_sha256", "0" * 64, id="what was asked"),
        pytest.param("model", {"name": "another"}, id="the model"),
        pytest.param("accepted", "pass", id="the verdict"),
        pytest.param("metrics", {"exact_match": {"signature": "exact_match|v:9"}}, id="a signature"),
        pytest.param("rows_sha256", None, id="no hash of the rows"),
        pytest.param("metrics", None, id="no metrics"),
    ],
)
def test_a_header_that_was_edited_is_refused(thresher, tmp_path, base, key, value):
    file = tmp_path / "baseline.jsonl"
    thresher("gate", base, "--accept", file)
    first, _, rows = file.read_text().partition("\n")
    header = {name: told for name, told in (json.loads(first) | {key: value}).items() if told is not None}
    file.write_text(f"{json.dumps(header)}\n{rows}")

    ran = gate(thresher, base, file, limits(tmp_path))

    assert ran.code == 2
    assert ("has no metrics" if header.get("metrics") is None else "was changed after it was written") in ran.err


def test_a_header_that_was_only_spaced_otherwise_is_none_that_was_edited(thresher, tmp_path, base):
    file = tmp_path / "baseline.jsonl"
    thresher("gate", base, "--accept", file)
    first, _, rows = file.read_text().partition("\n")
    file.write_text(f"{json.dumps(dict(reversed(json.loads(first).items())))}\n{rows}")

    assert gate(thresher, base, file, limits(tmp_path)).code == 0


def test_a_header_without_a_hash_is_read_and_warned_of(thresher, tmp_path, base):
    """As baselines were written before headers had one; without their rows' hash they were refused all along."""
    file = tmp_path / "baseline.jsonl"
    thresher("gate", base, "--accept", file)
    whole = gate(thresher, base, file, limits(tmp_path), "--json").json
    first, _, rows = file.read_text().partition("\n")
    header = {name: told for name, told in json.loads(first).items() if name != "header_sha256"}
    file.write_text(f"{json.dumps(header)}\n{rows}")

    ran = gate(thresher, base, file, limits(tmp_path), "--json")

    assert (ran.code, whole["warnings"]) == (0, [])
    (warning,) = ran.json["warnings"]
    assert "has no hash of its header" in warning
    assert f"thresher gate RUN --accept {file}" in warning


@pytest.mark.parametrize("place", [".", "/"])
def test_a_baseline_is_not_written_over_a_folder(thresher, tmp_path, base, monkeypatch, place):
    monkeypatch.chdir(tmp_path)

    ran = thresher("gate", base, "--accept", place)

    assert ran.code == 2
    assert f"{place} cannot be written: it is a folder" in ran.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("scores.json", "[]", "scores.json has no metrics", id="a list"),
        pytest.param("scores.json", '{"metrics": []}', "scores.json has no metrics", id="no metrics"),
        pytest.param("rows.parquet", None, "rows.parquet has no column 'cluster'", id="other rows"),
    ],
)
@pytest.mark.parametrize("command", ["gate", "compare", "review"])
def test_a_folder_of_other_files_holds_no_scores(thresher, tmp_path, base, name, content, told, command):
    other = scored(tmp_path, "other", right(DROPPED, **AREAS))
    if content is None:
        pl.DataFrame({"id": ["a"]}).write_parquet(other / name)
    else:
        (other / name).write_text(content)
    more = {"gate": ["--baseline", base, "--limits", limits(tmp_path)], "compare": [base], "review": ["--flips", base]}

    ran = thresher(command, other, *more[command])

    assert ran.code == 2
    assert told in ran.err


def test_accepting_under_a_verdict_says_so(thresher, tmp_path, base):
    file = tmp_path / "baseline.jsonl"
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))

    ran = gate(thresher, new, base, limits(tmp_path), "--accept", file)

    assert ran.code == 1
    assert "accepted under the verdict fail" in ran.out
    assert json.loads(file.read_text().splitlines()[0])["accepted"] == "fail"


def test_accepting_without_rules_prints_json_where_it_is_asked_for(thresher, tmp_path, base):
    file = tmp_path / "baseline.jsonl"
    ran = thresher("gate", base, "--accept", file, "--json")

    assert ran.code == 0
    assert ran.json == {"accepted": str(file), "candidate": str(base), "schema_version": 1, "verdict": None}
    assert file.exists()
