"""Answers of weights on this machine: greedy in batches as one by one, with and without an adapter; draws by the seed."""

from __future__ import annotations

import pytest

from tests.evalkit.local.conftest import ITEMS, make_tokenizer, said

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")


def direct(folder, prompt, most, adapter=None):
    """Return the greedy answer to one prompt, token by token without padding, cache or batch: the oracle."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, adapter).eval()
    ids = tokenizer(f"<|user|>{prompt}<|end|><|assistant|>", add_special_tokens=False)["input_ids"]
    made = []
    ends = {tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")}
    while len(made) < most:
        with torch.inference_mode():
            token = int(model(torch.tensor([ids + made])).logits[0, -1].argmax())
        if token in ends:
            break
        made.append(token)
    return tokenizer.decode(made, skip_special_tokens=True)


def test_a_batch_says_what_one_by_one_says(tiny, data, predict):
    """Oracle: a loop over tokens without padding; and batches of one."""
    batched, _ = predict(data, tiny, "--batch-size", 16)
    single, _ = predict(data, tiny, "--batch-size", 1, "--cache", data.parent / "other.sqlite", out="single")

    assert said(batched) == said(single)
    for item, row in list(zip(ITEMS, batched, strict=True))[:11]:
        assert (row["prediction"] or "").strip() == direct(tiny, item["prompt"], 8).strip()


def test_an_adapter_answers_as_peft_does(tiny, adapter, data, predict):
    plain, _ = predict(data, tiny)
    adapted, _ = predict(data, f"{tiny}+{adapter}", out="adapted")

    assert said(plain) != said(adapted)
    for item, row in list(zip(ITEMS, adapted, strict=True))[:5]:
        assert (row["prediction"] or "").strip() == direct(tiny, item["prompt"], 8, adapter).strip()


def test_a_merged_model_answers_as_base_and_adapter(tiny, adapter, data, predict, tmp_path):
    from peft import PeftModel
    from transformers import LlamaForCausalLM

    merged = PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(tiny), adapter).merge_and_unload()
    merged.save_pretrained(tmp_path / "merged")
    make_tokenizer(tmp_path / "merged")

    assert said(predict(data, tmp_path / "merged")[0]) == said(predict(data, f"{tiny}+{adapter}", out="two")[0])


def test_draws_follow_the_seed_and_not_the_neighbours(tiny, data, jsonl, predict):
    hot = ("--temperature", 2, "--seed", 7)
    many, _ = predict(data, tiny, *hot)
    few, _ = predict(jsonl(ITEMS[3:5], "few.jsonl"), tiny, *hot, "--cache", data.parent / "other.sqlite", out="few")
    other, _ = predict(data, tiny, "--temperature", 2, "--seed", 8, out="other")

    assert said(few) == said(many[3:5])
    assert said(other) != said(many)


def test_samples_of_an_item_differ(tiny, jsonl, predict):
    rows, _ = predict(jsonl(ITEMS[:1], "one.jsonl"), tiny, "--samples", 6, "--temperature", 2)

    assert [row["id"] for row in rows] == ["0", *(f"0#{number}" for number in range(2, 7))]
    assert {row["cluster"] for row in rows} == {"0"}
    assert len({row["prediction"] for row in rows}) > 3


def test_draws_are_from_the_softmax(tiny):
    """Oracle: shares of 4,000 draws of one step against the softmax, by the chi-square statistic."""
    import torch

    from evalkit.answers.local.decoding import Asked, _Draws

    class Torch:
        pass

    logits = torch.tensor([[0.0, 1.0, 2.0, -1.0]])
    loaded = Torch()
    loaded.torch = torch
    draws = _Draws(loaded, [Asked((), 1, seed) for seed in range(4000)], 0.5)
    found = draws(None, logits.expand(4000, 4)).argmax(-1).bincount(minlength=4).double()

    wanted = 4000 * (logits[0].double() / 0.5).softmax(-1)
    assert float(((found - wanted) ** 2 / wanted).sum()) < 16.27  # 3 degrees of freedom, 0.1%
