"""Findings that only warn drop a row where the configuration names them, with their name as the reason."""

from __future__ import annotations

import pytest

from curate.core.run.errors import ConfigError
from tests.curated import curate_rows

ASKED = {"messages": [{"role": "user", "content": "Who answers this question?"}]}
BELL = {"messages": [{"role": "user", "content": "What rang?"}, {"role": "assistant", "content": "A bell \x07."}]}
GOOD = {"messages": [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Good day."}]}
MARKED = b"\xef\xbb\xbf" + b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'


def test_a_finding_that_warns_drops_nothing_unless_named(tmp_path):
    ran = curate_rows(tmp_path, [ASKED, BELL, GOOD], [])

    assert ran.reasons == [None, None, None]
    assert ran.warnings == [["no_assistant"], ["control_characters"], []]


@pytest.mark.parametrize(
    ("named", "reasons", "steps"),
    [
        (["no_assistant"], ["no_assistant", None, None], {"check"}),
        (["no_assistant", "control_characters"], ["no_assistant", "control_characters", None], {"check"}),
    ],
)
def test_a_finding_that_is_named_drops_its_rows(tmp_path, named, reasons, steps):
    ran = curate_rows(tmp_path, [ASKED, BELL, GOOD], [], check={"drop": named})

    assert ran.reasons == reasons
    assert set(ran.ledger["step"].drop_nulls()) == steps
    assert ran.manifest["counts"]["by_reason"] == dict.fromkeys(named, 1)
    assert len(ran.rows("dropped")) == len(named)
    assert ran.stats["counts"]["in"] == 3


def test_a_finding_of_reading_belongs_to_reading(tmp_path):
    ran = curate_rows(tmp_path, [MARKED, GOOD], [], check={"drop": ["byte_order_mark"]})

    assert ran.ledger.select("reason", "step").rows() == [("byte_order_mark", "read"), (None, None)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_asistant", "did you mean 'no_assistant'"),
        ("too_few_rows", "said of a file"),
        ("empty_answer", "the step empty"),
    ],
)
def test_a_name_that_can_drop_no_row_is_told(tmp_path, name, said):
    with pytest.raises(ConfigError, match=said):
        curate_rows(tmp_path, [GOOD], [], check={"drop": [name]})
