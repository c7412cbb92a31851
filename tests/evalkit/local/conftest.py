"""A model of two layers at random, with a tokenizer of its own, made here: nothing is downloaded."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
WORDS = (
    "the cat sat on a mat and saw nine red birds; one of them sang: “é”. What is it? Yes, no, maybe 1234567890".split()
)
TEXTS = [" ".join(WORDS[i % 7 :: 1 + i % 5]) for i in range(200)]
ITEMS = [
    {"id": str(i), "prompt": " ".join(WORDS[i % 5 : i % 5 + i % 11 + 1]), "reference": WORDS[i % 9]} for i in range(24)
]


@pytest.fixture(autouse=True)
def _their_warnings():
    """Let torch and its friends warn: what they say is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def make_tokenizer(folder: Path, *, template: str | None = TEMPLATE) -> None:
    """Write a byte-level BPE of 300 tokens, with a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", extra_special_tokens=special[2:]
    )
    made.chat_template = template
    made.save_pretrained(folder)


def make_model(folder: Path, *, seed: int = 0, positions: int = 128, template: str | None = TEMPLATE) -> Path:
    """Write a Llama of two layers, its weights drawn wide enough for answers that differ."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=positions, bos_token_id=0, eos_token_id=1, pad_token_id=1,
        initializer_range=0.4, tie_word_embeddings=False,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    make_tokenizer(folder, template=template)
    return folder


def make_adapter(base: Path, folder: Path, *, seed: int = 1) -> Path:
    """Write a LoRA adapter whose second matrix is not zero, as a new one's is."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    torch.manual_seed(seed)
    model = get_peft_model(LlamaForCausalLM.from_pretrained(base), LoraConfig(r=4, target_modules="all-linear"))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def adapter(tiny, tmp_path_factory) -> Path:
    pytest.importorskip("peft", reason="peft is not installed: make models")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_adapter(tiny, tmp_path_factory.mktemp("models") / "adapter")


@pytest.fixture
def predict(thresher, tmp_path):
    """Run ``thresher predict`` on the CPU; return the rows, and what was printed."""

    def run(data, model, *options, out="out", code=0):
        where = ("--out", tmp_path / out, "--cache", tmp_path / "cache.sqlite", "--device", "cpu")
        ran = thresher("predict", "--data", data, "--model", f"local:{model}", *where, "--max-tokens", 8, *options)
        assert ran.code == code, ran.err
        if code in {2, 130}:
            return None, ran
        lines = (tmp_path / out / "predictions.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines], ran

    return run


@pytest.fixture
def data(jsonl):
    return jsonl(ITEMS, "data.jsonl")


def said(rows):
    return [(row["prediction"], row["finish"], row["fault"]) for row in rows]
