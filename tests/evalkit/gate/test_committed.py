"""What is committed beside the code: waivers, and a baseline in one file."""

from __future__ import annotations

import json

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
