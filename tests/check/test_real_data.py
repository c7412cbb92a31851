"""Real files, whatever they hold, are checked without an error; the torture test has its known answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from curate.check.codes import CODES
from curate.check.findings import Findings
from curate.check.judge import Judge
from curate.check.run import check_sources
from curate.core.read.source import Wanted, find_sources


def check(path: Path) -> Findings:
    return check_sources(find_sources([Wanted(path.name)], path.parent), Judge())


FOLDERS = [
    "jsonl",
    *(
        f"raw/{name}"
        for name in (
            *("asysd", "bbh", "bfcl", "blns", "detect_secrets", "ftfy", "humaneval", "ifeval", "json_test_suite"),
            *("jsonschema_suite", "llamafactory_demo", "mt_bench", "routellm_mmlu", "self_instruct"),
        )
    ),
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_real_file_is_checked(real_data, folder):
    for path in sorted((real_data / folder).rglob("*")):
        if path.is_file():
            findings = check(path)
            assert {fault.slug for fault in findings.faults} <= set(CODES)
            assert (findings.rows == 0) == any(fault.slug == "empty_file" for fault in findings.faults), path.name


def test_no_folder_of_real_data_is_left_out(real_data):
    assert {path.name for path in (real_data / "raw").iterdir()} <= {Path(folder).name for folder in FOLDERS}


@pytest.mark.parametrize(
    ("name", "rows", "slugs"),
    [
        # Counts of data/README.md; no row of these sets is at fault in any other way.
        pytest.param("jsonl/gsm8k_train.chat.jsonl", 7473, {}, id="clean chats"),
        pytest.param(
            "jsonl/alpaca_random9k.chat.jsonl", 9229, {"empty_answer": 4, "control_characters": 1}, id="chats"
        ),
        pytest.param("jsonl/banking77_train.cls.jsonl", 10003, {}, id="labels"),
        pytest.param("raw/llamafactory_demo/glaive_toolcall_en_demo.json", 300, {}, id="an array of ShareGPT"),
        pytest.param("raw/llamafactory_demo/alpaca_en_demo.json", 999, {}, id="an array of Alpaca"),
    ],
)
def test_good_sets_have_no_other_fault(real_data, name, rows, slugs):
    findings = check(real_data / name)

    found = [fault.slug for fault in findings.faults]
    assert findings.rows == rows
    assert {slug: found.count(slug) for slug in found} == slugs


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "chat.jsonl",
            [
                (3, None, "arguments_schema", "/messages/1/tool_calls/0"),
                (5, None, "developer_role", ""),
                (6, None, "bad_weight", "/messages/1/weight"),
                (7, None, "mixed_layout", ""),
                (10, 88, "not_finite", ""),
                (11, None, "duplicate_key", "/messages/0/content"),
                (12, 79, "trailing_comma", ""),
                (13, 44, "lone_surrogate", ""),
            ],
        ),
        ("bad_utf8.jsonl", [(2, 40, "invalid_utf8", "")]),
    ],
)
def test_the_torture_test_has_its_right_answers(real_data, name, wanted):
    findings = check(real_data / "torture" / name)

    assert [(fault.line, fault.column, fault.slug, fault.pointer) for fault in findings.faults] == wanted
