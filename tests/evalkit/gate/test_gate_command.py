"""``thresher gate`` as a user runs it: plan, self-test, what it writes, its schema and page, and from Python."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest

import thresher as door
from tests.evalkit.gate.runs import AREAS, DROPPED, SOME, gate, limits, right, scored

ROOT = Path(__file__).parents[3]


def test_the_plan_knows_the_third(thresher, tmp_path):
    ran = thresher("gate", "--plan", "--items", 400, "--limits", limits(tmp_path), "--json")

    plan = ran.json["plan"][0]
    assert ran.code == 0
    assert plan["chance_equal_passes"] == pytest.approx(1 / 3, abs=0.02)
    assert plan["needed_n"] == pytest.approx(1544, abs=1)
    assert plan["affordable_margin"] == pytest.approx(0.039, abs=0.001)


def test_the_plan_measures_what_it_can(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(SOME, **AREAS))

    ran = thresher("gate", new, "--plan", "--baseline", base, "--limits", limits(tmp_path))

    assert ran.code == 0
    assert "measured: 1.0% of the items discordant" in ran.out


def test_the_self_test_finds_no_false_alarms(thresher, tmp_path, base):
    halves = thresher("gate", base, "--self-test", "--limits", limits(tmp_path), "--json")
    sides = thresher("gate", base, "--baseline", base, "--self-test", "--limits", limits(tmp_path))

    assert (halves.code, halves.json["holds"]) == (0, True)
    assert halves.json["false_alarms"] <= 0.05
    assert sides.code == 0
    assert "false alarms of the whole gate: 0.0%" in sides.out


def test_what_is_written(thresher, tmp_path, base, monkeypatch):
    new = scored(tmp_path, "new", right(DROPPED, **AREAS))
    before = {path.name: path.read_bytes() for path in new.iterdir()}
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("of an earlier step\n")

    more = ("--junit", tmp_path / "junit.xml", "--summary", tmp_path / "summary.md", "--out", tmp_path / "verdict")
    ran = gate(thresher, new, base, limits(tmp_path), *more)

    cases = fromstring((tmp_path / "junit.xml").read_text()).findall(".//testcase")
    assert [(case.get("name"), case.find("failure") is not None) for case in cases] == [("exact_match max_drop", True)]
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("of an earlier step\n## thresher gate: fail")
    assert "::error title=thresher gate::exact_match max_drop 0.02: fail" in ran.out
    assert json.loads((tmp_path / "verdict" / "verdict.json").read_bytes())["verdict"] == "fail"
    manifest = json.loads((tmp_path / "verdict" / "manifest.json").read_bytes())
    assert {Path(one["path"]).name for one in manifest["inputs"]} == {"scores.json", "rows.parquet", "gate.toml"}
    assert {path.name: path.read_bytes() for path in new.iterdir()} == before
    assert gate(thresher, new, base, limits(tmp_path), "--out", new).code == 2


def test_the_same_bytes_twice(thresher, tmp_path, base):
    new = scored(tmp_path, "new", right(SOME, **AREAS))
    for name in ("a", "b"):
        gate(thresher, new, base, limits(tmp_path), "--out", tmp_path / name)

    for name in ("verdict.json", "junit.xml", "summary.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_schema_and_the_page_are_what_ships(thresher, tmp_path):
    import tomllib

    schema = thresher("gate", "--schema").json

    assert schema == json.loads((ROOT / "evalkit" / "gate" / "gate.schema.json").read_text())
    assert thresher("gate", "--markdown").out == (ROOT / "docs" / "gate-configuration.md").read_text()
    jsonschema.validate(tomllib.loads(limits(tmp_path).read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"limits": [{"metric": "m", "max_dorp": 1}]}, schema)


def test_from_python(tmp_path, base):
    verdict = door.gate(scored(tmp_path, "new", right(DROPPED, **AREAS)), {"prod": base}, limits(tmp_path))

    assert (verdict.said, verdict.exit_code) == ("fail", 1)
    assert door.compare(base, base).items == 1000
