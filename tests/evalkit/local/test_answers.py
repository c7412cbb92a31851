"""Answers of weights on this machine: greedy in batches as one by one, cached under their hashes, safe to load."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.evalkit.local.conftest import TEMPLATE, WORDS, make_model, make_tokenizer

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")
files = pytest.importorskip("safetensors.torch", reason="safetensors is not installed: make models")

ITEMS = [
    {"id": str(i), "prompt": " ".join(WORDS[i % 5 : i % 5 + i % 11 + 1]), "reference": WORDS[i % 9]} for i in range(24)
]


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


def said(rows):
    return [(row["prediction"], row["finish"], row["fault"]) for row in rows]


@pytest.fixture
def data(jsonl):
    return jsonl(ITEMS, "data.jsonl")


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


def test_the_second_run_comes_from_the_cache_and_gives_the_same_bytes(tiny, data, predict, tmp_path):
    predict(data, tiny, "--logprobs", out="one")
    _, ran = predict(data, tiny, "--logprobs", out="two")

    assert "24 distinct prompts answered, 24 of them from the cache" in ran.out
    for name in ("predictions.jsonl", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_run_that_was_stopped_goes_on_and_gives_the_same_bytes(tiny, data, predict, tmp_path, monkeypatch):
    from evalkit.answers.local import source

    small = ("--batch-size", 4, "--logprobs")
    predict(data, tiny, *small, "--cache", tmp_path / "whole.sqlite", out="whole")
    decode, done = source.decode, []

    def stops(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return decode(*arguments)

    monkeypatch.setattr(source, "decode", stops)
    predict(data, tiny, *small, code=130)
    monkeypatch.setattr(source, "decode", decode)
    _, ran = predict(data, tiny, *small)

    assert "24 distinct prompts answered, 8 of them from the cache" in ran.out
    assert (tmp_path / "out" / "predictions.jsonl").read_bytes() == (
        tmp_path / "whole" / "predictions.jsonl"
    ).read_bytes()


def test_a_changed_model_never_meets_an_old_answer(tiny, data, predict, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "model")
    before, _ = predict(data, folder)
    weights = files.load_file(folder / "model.safetensors")
    weights["lm_head.weight"] = -weights["lm_head.weight"]
    files.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    after, ran = predict(data, folder, out="after")

    assert "24 distinct prompts answered, 0 of them from the cache" in ran.out
    assert said(before) != said(after)


def test_the_manifest_names_the_model_by_its_hashes(tiny, adapter, data, predict, tmp_path):
    predict(data, f"{tiny}+{adapter}")

    model = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["model"]
    assert {name: len(model[name]) for name in ("sha256", "tokenizer_sha256", "template_sha256")} == {
        "sha256": 64, "tokenizer_sha256": 64, "template_sha256": 64,
    }  # fmt: skip
    assert (len(model["adapter"]["sha256"]), model["dtype"], model["device"]) == (64, "float32", "cpu")


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


def test_a_template_file_and_none_at_all(tiny, data, predict, tmp_path):
    (tmp_path / "other.jinja").write_text("{% for m in messages %}{{ m.content }}:{% endfor %}")
    own, _ = predict(data, tiny)
    other, _ = predict(data, tiny, "--template", tmp_path / "other.jinja", out="other")
    bare, _ = predict(data, tiny, "--template", "none", out="bare")

    assert len({json.dumps(said(rows)) for rows in (own, other, bare)}) == 3
    assert json.loads((tmp_path / "bare" / "manifest.json").read_bytes())["model"]["template_sha256"] is None


def test_a_model_without_a_template_says_so(data, predict, tmp_path):
    make_model(tmp_path / "base", template=None)

    _, ran = predict(data, tmp_path / "base", code=2)

    assert "the model has no chat template" in ran.err


def test_what_a_template_refuses_and_what_is_too_long_are_faults(tiny, jsonl, predict, tmp_path):
    (tmp_path / "strict.jinja").write_text(
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ m.content }}{% endfor %}"
    )
    system = {"id": "s", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]}
    items = jsonl([ITEMS[0], system, {"id": "long", "prompt": "cat " * 400}], "data2.jsonl")

    rows, _ = predict(items, tiny, "--template", tmp_path / "strict.jinja")

    assert [row["fault"] and row["fault"]["kind"] for row in rows] == [None, "template", "too_long"]


def test_an_answer_ends_where_the_model_sees_no_further(tiny, jsonl, predict):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    prompt = "9" * 121
    used = len(tokenizer(f"<|user|>{prompt}<|end|><|assistant|>", add_special_tokens=False)["input_ids"])

    rows, _ = predict(jsonl([ITEMS[0], {"id": "long", "prompt": prompt}], "data2.jsonl"), tiny)

    assert 120 < used < 128
    assert (rows[1]["usage"]["completion_tokens"], rows[1]["finish"]) == (128 - used, "length")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "pickled weights", id="pickle"),
        pytest.param(lambda f: (f / "config.json").unlink(), "it has no config.json", id="no configuration"),
        pytest.param(
            lambda f: (f / "config.json").write_text('{"model_type": "own", "auto_map": {"AutoConfig": "x.C", "AutoModelForCausalLM": "x.M"}}'),
            "cannot be", id="code of its own",
        ),
        pytest.param(lambda f: (f / "model.safetensors").write_bytes(b"junk"), "cannot be loaded", id="broken"),
    ],
)  # fmt: skip
def test_what_is_not_loaded(tiny, data, predict, tmp_path, change, told):
    folder = shutil.copytree(tiny, tmp_path / "model")
    change(folder)

    _, ran = predict(data, folder, code=2)

    assert told in ran.err


def test_an_adapter_that_is_pickled_is_refused(tiny, adapter, data, predict, tmp_path):
    folder = shutil.copytree(adapter, tmp_path / "pickled")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")

    _, ran = predict(data, f"{tiny}+{folder}", code=2)

    assert "is no adapter" in ran.err


def test_tools_and_system_reach_the_template(tiny, jsonl, predict, tmp_path):
    (tmp_path / "t.jinja").write_text(
        "{% if tools %}{{ tools[0].function.name }}{% endif %}{% for m in messages %}{{ m.role }}={{ m.content }};"
        "{% if m.tool_calls %}{{ m.tool_calls[0].function.arguments.a }}{% endif %}{% endfor %}"
    )
    from evalkit.answers import Generation, Item
    from evalkit.answers.local.loaded import read_tokenizer
    from evalkit.answers.local.template import Template
    from evalkit.answers.local.weights import find_weights

    call = {"function": {"name": "f", "arguments": '{"a": 5}'}}
    turns = ({"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [call]})
    item = Item("x", turns, tools=({"function": {"name": "f"}},))
    template = Template(
        read_tokenizer(find_weights(str(tiny))), Generation(template=str(tmp_path / "t.jinja"), system="S")
    )

    assert template.rendered(item) == "fsystem=S;user=q;assistant=;5"
