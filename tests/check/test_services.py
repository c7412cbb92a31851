"""The forms that services read: SARIF, JUnit, GitHub and GitLab annotations."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import chat

GOOD = chat("Hi", "Hello")
BROKEN = '{"messages": [],}'
WARNED = chat("Hi", "Hello", "Bye")
BAD_ROLE = {"messages": [{"role": "bot", "content": "x"}]}


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def sarif(ran):
    """Return the run of a SARIF log, having checked what the standard and GitHub require of it."""
    log = ran.json
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "Thresher"
    for rule in driver["rules"]:
        assert rule["id"].startswith("TH")
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"]
        assert physical["region"]["startLine"] >= 1
        assert physical["region"].get("startColumn", 1) >= 1
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(marks)) == len(marks)
    return run


def test_sarif_has_a_rule_for_each_code_and_a_place_for_each_fault(thresher, jsonl):
    jsonl([GOOD, BROKEN, WARNED, BAD_ROLE])

    run = sarif(thresher("check", "rows.jsonl", "--format", "sarif"))

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["TH102", "TH208", "TH303"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("TH102", "error"),
        ("TH208", "error"),
        ("TH303", "warning"),
    ]
    assert run["results"][0]["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "rows.jsonl"}, "region": {"startLine": 2, "startColumn": 16}}}
    ]
    assert run["results"][1]["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "/messages/0/role", "kind": "member"}
    ]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        pytest.param("my rows.jsonl", "my%20rows.jsonl", id="a space"),
        pytest.param("a:b,c.jsonl", "a%3Ab%2Cc.jsonl", id="a colon and a comma"),
        pytest.param("größe/%41.jsonl", "gr%C3%B6%C3%9Fe/%2541.jsonl", id="an umlaut and a per cent"),
        pytest.param("a\n::error::.jsonl", "a%0A%3A%3Aerror%3A%3A.jsonl", id="a line break"),
        pytest.param("\udcff.jsonl", "%FF.jsonl", id="a byte that is no UTF-8"),
    ],
)
def test_sarif_names_files_by_uri(thresher, jsonl, tmp_path, name, uri):
    jsonl([BROKEN], name)

    relative = sarif(thresher("check", name, "--format", "sarif"))
    absolute = sarif(thresher("check", tmp_path / name, "--format", "sarif"))

    for run in (relative, absolute):
        assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_of_a_file_outside_the_working_folder_has_a_whole_uri(thresher, jsonl, tmp_path, monkeypatch):
    file = jsonl([BROKEN])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    run = sarif(thresher("check", file, "--format", "sarif"))

    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"file://{file}"


def test_fingerprints_stay_when_rows_are_inserted_above(thresher, jsonl):
    def marks(form):
        out = thresher("check", "rows.jsonl", "--format", form).json
        issues = out if form == "gitlab" else out["runs"][0]["results"]
        return [issue.get("fingerprint") or issue["partialFingerprints"]["thresherFault/v1"] for issue in issues]

    jsonl([BAD_ROLE, BAD_ROLE, BROKEN])
    before = {form: marks(form) for form in ("sarif", "gitlab")}
    jsonl([GOOD, GOOD, BAD_ROLE, GOOD, BAD_ROLE, BROKEN])

    assert {form: marks(form) for form in before} == before


@pytest.mark.parametrize(
    ("rows", "results"),
    [pytest.param(5_000, 5_000, id="at the limit"), pytest.param(5_001, 1, id="past it")],
)
def test_sarif_groups_past_5000_results(thresher, jsonl, rows, results):
    jsonl([GOOD, *[BROKEN] * rows])

    found = sarif(thresher("check", "rows.jsonl", "--format", "sarif"))["results"]

    assert len(found) == results
    if results == 1:
        assert found[0]["message"]["text"] == "5,001 times; first: a comma before the closing bracket"
        assert found[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 16}


def test_a_group_of_sarif_is_known_again_whatever_its_count(thresher, jsonl):
    def marks(rows):
        jsonl(rows)
        results = sarif(thresher("check", "rows.jsonl", "--format", "sarif"))["results"]
        return {result["ruleId"]: result["partialFingerprints"]["thresherFault/v1"] for result in results}

    before = marks([BROKEN] * 5_001 + [BAD_ROLE])
    after = marks([GOOD, BAD_ROLE, BAD_ROLE] + [BROKEN] * 5_002)

    assert before == after
    assert set(before) == {"TH102", "TH208"}


def test_one_is_told_as_one(thresher, jsonl):
    jsonl([{"x": 1}], "a.jsonl")
    jsonl([{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes", "weight": 0}]}])

    junit = thresher("check", "a.jsonl", "--format", "junit").out
    text = thresher("check", "a.jsonl", "rows.jsonl").out

    assert 'message="1 time: The rows of the file fit no layout."' in junit
    assert "(1 row from line 1 on)" in text
    assert "rows.jsonl:1  the only assistant turn has weight 0\n" in text


def test_junit_has_a_suite_a_file_and_a_case_a_code(thresher, jsonl):
    jsonl([BROKEN, BROKEN, WARNED, BAD_ROLE], "b.jsonl")
    jsonl([GOOD], "a.jsonl")

    root = ET.fromstring(thresher("check", "a.jsonl", "b.jsonl", "--format", "junit").out)

    assert (root.tag, root.attrib["tests"], root.attrib["failures"]) == ("testsuites", "4", "2")
    clean, faulty = root
    assert clean.attrib == {"name": "a.jsonl", "tests": "1", "failures": "0", "errors": "0", "skipped": "0"}
    assert [(case.attrib["name"], len(case)) for case in clean] == [("no faults", 0)]
    assert faulty.attrib == {"name": "b.jsonl", "tests": "3", "failures": "2", "errors": "0", "skipped": "0"}
    assert [(case.attrib["name"], [child.tag for child in case]) for case in faulty] == [
        ("TH102 trailing_comma", ["failure"]),
        ("TH208 unknown_role", ["failure"]),
        ("TH303 last_not_assistant", ["system-out"]),
    ]
    assert faulty.find("testcase/failure").attrib["message"] == "2 times: A comma stands before a closing bracket."
    assert faulty.find("testcase/failure").text.splitlines() == [
        "b.jsonl:1:16  a comma before the closing bracket",
        "b.jsonl:2:16  a comma before the closing bracket",
        "hint: remove the comma; JSON allows none there",
    ]


def test_github_annotates_the_first_ten_of_a_code_and_counts_the_rest(thresher, jsonl):
    jsonl([BROKEN] * 12 + [WARNED])

    lines = thresher("check", "rows.jsonl", "--format", "github").out.splitlines()

    assert lines[0] == (
        "::error file=rows.jsonl,line=1,col=16,title=TH102 trailing_comma::"
        "a comma before the closing bracket (remove the comma; JSON allows none there)"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 10 + [
        "::notice",
        "::warning",
        "13",
        "layouts:",
        "next:",
    ]
    assert lines[10].startswith("::notice title=TH102 trailing_comma::2 more")
    assert lines[11].startswith("::warning file=rows.jsonl,line=13,title=TH303 last_not_assistant::")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("my  rows.jsonl", "file=my  rows.jsonl,", id="spaces stay"),
        pytest.param("a:b,c%d.jsonl", "file=a%3Ab%2Cc%25d.jsonl,", id="a colon, a comma and a per cent"),
        pytest.param("a\n::error::b.jsonl", "file=a%0A%3A%3Aerror%3A%3Ab.jsonl,", id="a line break"),
    ],
)
def test_github_properties_are_escaped(thresher, jsonl, name, told):
    jsonl([BROKEN], name)

    out = thresher("check", name, "--format", "github").out

    assert f"::error {told}line=1,col=16," in out
    assert sum(line.lstrip().startswith("::") for line in out.splitlines()) == 1


def test_gitlab_has_an_issue_for_each_fault(thresher, jsonl):
    jsonl([BROKEN, WARNED, BROKEN])

    issues = thresher("check", "rows.jsonl", "--format", "gitlab").json

    assert [(issue["check_name"], issue["severity"], issue["location"]) for issue in issues] == [
        ("TH102", "major", {"path": "rows.jsonl", "lines": {"begin": 1}}),
        ("TH303", "minor", {"path": "rows.jsonl", "lines": {"begin": 2}}),
        ("TH102", "major", {"path": "rows.jsonl", "lines": {"begin": 3}}),
    ]
    assert len({issue["fingerprint"] for issue in issues}) == 3
    assert issues[0]["description"].startswith("a comma before the closing bracket (TH102 trailing_comma; ")


@pytest.mark.parametrize(
    ("form", "empty"),
    [
        pytest.param("gitlab", [], id="gitlab"),
        pytest.param("json", None, id="json"),
        pytest.param("sarif", None, id="sarif"),
    ],
)
def test_a_clean_check_is_a_valid_report(thresher, jsonl, form, empty):
    jsonl([GOOD])

    ran = thresher("check", "rows.jsonl", "--format", form)

    assert ran.code == 0
    assert (json.loads(ran.out) == empty) is (form == "gitlab")
