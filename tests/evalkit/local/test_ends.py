"""Where an answer ends: at a stop string, at the end of the turn, where the model sees no further."""

from __future__ import annotations

import shutil

import pytest

from tests.evalkit.local.conftest import ITEMS, TEMPLATE

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")
files = pytest.importorskip("safetensors.torch", reason="safetensors is not installed: make models")


def test_a_stop_string_ends_an_answer_and_is_no_part_of_it(tiny, data, predict):
    plain, _ = predict(data, tiny)
    word = next(row["prediction"] for row in plain if row["prediction"] and len(row["prediction"]) > 6)[3:5]

    stopped, _ = predict(data, tiny, "--stop", word, out="stopped")

    for before, after in zip(plain, stopped, strict=True):
        text = before["prediction"] or ""
        head = text.split(word)[0]
        assert (after["prediction"] or "") == (head if head.strip() else "")
        if word in text:
            assert after["finish"] == "stop"
            assert after["usage"]["completion_tokens"] <= before["usage"]["completion_tokens"]


def test_generation_stops_at_the_end_of_the_turn(tiny, jsonl, predict, tmp_path):
    """A model of zeros, that always says token 0; its template ends turns by it, and nothing else calls it an end."""
    folder = shutil.copytree(tiny, tmp_path / "model")
    weights = files.load_file(folder / "model.safetensors")
    weights["lm_head.weight"][:] = 0
    files.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "chat_template.jinja").write_text(TEMPLATE.replace("<|end|>", "<s>"))

    rows, _ = predict(jsonl(ITEMS[:2], "two.jsonl"), folder, code=1)  # nothing was answered

    assert [(row["finish"], row["fault"]["kind"], row["usage"]["completion_tokens"]) for row in rows] == [
        ("stop", "empty", 1)
    ] * 2


def test_an_answer_ends_where_the_model_sees_no_further(tiny, jsonl, predict):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    prompt = "9" * 121
    used = len(tokenizer(f"<|user|>{prompt}<|end|><|assistant|>", add_special_tokens=False)["input_ids"])

    rows, _ = predict(jsonl([ITEMS[0], {"id": "long", "prompt": prompt}], "data2.jsonl"), tiny)

    assert 120 < used < 128
    assert (rows[1]["usage"]["completion_tokens"], rows[1]["finish"]) == (128 - used, "length")


@pytest.mark.parametrize("size", [1, 7])
def test_a_stop_may_be_a_special_token(tiny, data, predict, size):
    """Oracle: the greedy tokens of each prompt alone, up to the first of that token; whatever shares a batch."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")]
    wanted = []
    for item in ITEMS:
        prompt = tokenizer(
            f"<|user|>{item['prompt']}<|end|><|assistant|>", add_special_tokens=False, return_tensors="pt"
        )
        with torch.inference_mode():
            made = model.generate(**prompt, max_new_tokens=40, do_sample=False, eos_token_id=ends, pad_token_id=1)
        wanted.append(made[0, prompt["input_ids"].shape[1] :].tolist())
    stops = {name: tokenizer.convert_tokens_to_ids(name) for name in ("<s>", "<|user|>", "<|assistant|>", "<|system|>")}
    word, token = max(stops.items(), key=lambda one: sum(one[1] in made for made in wanted))
    assert sum(token in made for made in wanted) > 2

    rows, _ = predict(data, tiny, "--stop", word, "--batch-size", size, "--max-tokens", 40)

    for row, made in zip(rows, wanted, strict=True):
        count = made.index(token) + 1 if token in made else len(made)
        text = tokenizer.decode(made[:count], skip_special_tokens=True, clean_up_tokenization_spaces=False)
        finish = "stop" if token in made or made[-1] in ends else "length"
        assert (row["usage"]["completion_tokens"], row["finish"], row["prediction"] or "") == (count, finish, text)
