"""What a model's configuration says of it, as transformers' families spell it."""

from __future__ import annotations

import json

import pytest

transformers = pytest.importorskip("transformers", reason="transformers is not installed: make models")


@pytest.mark.parametrize("family", ["gpt2", "gptj", "llama", "mpt", "opt", "ctrl"])
def test_each_family_says_how_many_tokens_it_sees(tmp_path, family):
    """Oracle: the library's own name for it, where the family has one."""
    from evalkit.answers.local.facts import read_facts
    from train.guards.folder import read_folder

    config = transformers.AutoConfig.for_model(family)
    wanted = config.max_seq_len if family == "mpt" else config.max_position_embeddings
    config.save_pretrained(tmp_path)

    class Tokenizer:
        model_max_length = 10**30

    assert read_facts(tmp_path).window == wanted
    assert read_folder(tmp_path, Tokenizer()).window == wanted


@pytest.mark.parametrize("name", ["n_positions", "n_ctx", "max_seq_len", "seq_length", "max_position_embeddings"])
def test_what_a_model_sees_goes_by_several_names(tmp_path, name):
    from evalkit.answers.local.facts import read_facts

    (tmp_path / "config.json").write_text(json.dumps({name: 77, "vocab_size": 5}))

    assert read_facts(tmp_path).window == 77


def test_a_model_that_names_no_limit_has_none(tmp_path):
    from evalkit.answers.local.facts import NO_LIMIT, read_facts

    (tmp_path / "config.json").write_text(json.dumps({"max_position_embeddings": -1, "vocab_size": 5}))

    assert read_facts(tmp_path).window == NO_LIMIT
