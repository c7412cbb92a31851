"""Models that have learned their positions: none is asked for past the last, whichever rows share a batch."""

from __future__ import annotations

import warnings

import pytest

from tests.evalkit.local.conftest import WORDS, make_tokenizer, said

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
transformers = pytest.importorskip("transformers", reason="transformers is not installed: make models")

POSITIONS = 96
LENGTHS = (3, 10, 20, 30, 31, 32, 33, 3, 50)  # words of each prompt: 9 to 88 tokens, and one that is too long
SETTINGS = {
    "opt": lambda: transformers.OPTConfig(
        hidden_size=32, word_embed_proj_dim=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64,
        max_position_embeddings=POSITIONS, vocab_size=300, init_std=0.4, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    ),
    "neo": lambda: transformers.GPTNeoConfig(
        hidden_size=32, num_layers=2, num_heads=4, attention_types=[[["global"], 2]],
        max_position_embeddings=POSITIONS, vocab_size=300, initializer_range=0.4, bos_token_id=0, eos_token_id=1,
    ),
    "gpt2": lambda: transformers.GPT2Config(
        n_embd=32, n_layer=2, n_head=4, n_positions=POSITIONS, vocab_size=300, initializer_range=0.4,
        bos_token_id=0, eos_token_id=1,
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=SETTINGS)
def learned(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transformers.AutoModelForCausalLM.from_config(SETTINGS[request.param]()).save_pretrained(folder)
        make_tokenizer(folder)
    return folder


def test_answers_do_not_depend_on_the_rows_beside_them(learned, jsonl, predict):
    """Oracle: each prompt alone."""
    items = [{"id": str(at), "prompt": " ".join((WORDS * 5)[at : at + size])} for at, size in enumerate(LENGTHS)]
    data = jsonl(items, "data.jsonl")
    alone, _ = predict(data, learned, "--max-tokens", 30, "--batch-size", 1, "--cache", learned / "1.sqlite", out="1")

    together, _ = predict(
        data, learned, "--max-tokens", 30, "--batch-size", 7, "--cache", learned / "7.sqlite", out="7"
    )

    assert said(together) == said(alone)
    assert [row["fault"]["kind"] for row in alone if row["fault"]] == ["too_long"]
    used = [row["usage"]["prompt_tokens"] + row["usage"]["completion_tokens"] for row in alone if row["usage"]]
    assert max(used) == POSITIONS  # one fills all of them, beside one that has room for 30 more
    assert min(used) < POSITIONS - 30


def test_rows_near_the_window_share_a_batch_where_there_is_room():
    from evalkit.answers.local.decoding import Asked, batches

    def asked(*sizes):
        return {at: Asked((0,) * size, min(10, 100 - size), None) for at, size in enumerate(sizes)}

    assert list(batches(asked(50, 60, 70, 80), 3, 100)) == [[3, 2, 1], [0]]
    assert list(batches(asked(95, 95, 91, 20, 89, 90), 16, 100)) == [[0, 1], [2], [5, 4, 3]]
    assert list(batches(asked(), 3, 100)) == []
