"""``--tokenizer`` counts what a row costs."""

from __future__ import annotations

import pytest

from tests.conftest import chat

tokenizers = pytest.importorskip("tokenizers")


@pytest.fixture
def tokenizer(tmp_path):
    """Return the file of a tokenizer that splits at white space."""
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


@pytest.mark.parametrize(
    ("limit", "codes"),
    [pytest.param(14, {}, id="at the limit"), pytest.param(13, {"TH312": 1}, id="past it")],
)
def test_rows_with_more_tokens_than_the_limit_warn(thresher, jsonl, tokenizer, limit, codes):
    file = jsonl([chat("one two three", "four five")])  # and three for each of two turns, and three for the reply

    ran = thresher("check", file, "--tokenizer", tokenizer, "--max-tokens", limit, "--json")

    assert ran.json["counts"]["by_code"] == codes


def test_a_profile_has_a_limit_of_its_own(thresher, jsonl, tokenizer):
    assert thresher("check", jsonl([chat("a", "b")] * 10), "--tokenizer", tokenizer, "--profile", "openai").code == 0


def test_what_is_no_tokenizer_is_refused(thresher, jsonl, tmp_path):
    ran = thresher("check", jsonl([chat("a", "b")]), "--tokenizer", tmp_path / "no.json", "--max-tokens", 9)

    assert ran.code == 2
    assert "no.json is no tokenizer" in ran.err
