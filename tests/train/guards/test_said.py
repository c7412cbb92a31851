"""Rows that say nothing, and general rows that are too few: what the guards say of them."""

from __future__ import annotations

import pytest

from tests.train import families
from tests.train.families import byte_level
from tests.train.guards.found import CALLING, FINE, found
from tests.train.spoken import row
from train.guards import MEASURED, Facts, examine

pytest.importorskip("transformers", reason="transformers is not installed: make models")

EMPTY = {"role": "assistant", "content": " \n"}


@pytest.mark.parametrize(
    ("one", "train_on", "codes"),
    [
        pytest.param(row("u:Hi", EMPTY), "assistant", ["empty_answer"], id="nothing but white space"),
        pytest.param(row("u:Hi", EMPTY, "u:Well?", "a:Hello!"), "assistant", ["empty_answer"], id="among others"),
        pytest.param(row("u:Hi", EMPTY, "u:Well?", "a:Hello!"), "last", [], id="not trained: the last one is"),
        pytest.param(row("u:Hi", EMPTY | {"weight": 0}, "u:Well?", "a:Hello!"), "assistant", [], id="not trained: weight 0"),
        pytest.param(row("u:Weather?", CALLING), "assistant", [], id="a call"),
        pytest.param(row("u:Hi", EMPTY | {"reasoning_content": "Hm."}), "assistant", ["answer_left_out"], id="a thought that the template does not write"),
    ],
)  # fmt: skip
def test_an_empty_answer_teaches_to_fall_silent(one, train_on, codes):
    seen = found(one, tokenizer=byte_level(families.QWEN), train_on=train_on)

    assert [code for code, _, line in seen if line == 1000 and code != "rewritten_answer"] == codes


def test_general_rows_do_not_count_as_rows_of_the_task():
    assert found(*FINE[:20], fill=False, rehearsal=11) == [("too_few_rows", "error", None)]
    assert found(*FINE, fill=False, rehearsal=100) == []


def test_fewer_general_rows_than_asked_for_are_told():
    assert found(*FINE, fill=False, rehearsal=60, rehearsal_wanted=61) == [("rehearsal_short", "warning", None)]
    assert found(*FINE, fill=False, rehearsal=60, rehearsal_wanted=60) == []


def test_rows_for_evaluation_are_looked_at_for_what_cannot_be_measured():
    from train.masking.encoder import Encoder

    encoder = Encoder(byte_level(families.CHATML, eos="<|im_end|>"), None, 60)
    rows = [row("u:Hi"), row("u:Hi", "a:" + "Hello! " * 60, line=2), row("u:Hi", "a:Hello!", line=3)]
    seen = examine(encoder.encode(rows), rows, encoder, Facts(), MEASURED)

    assert [(one.code, one.place.line) for one in seen] == [("no_trained_token", 1), ("truncated", 2)]
