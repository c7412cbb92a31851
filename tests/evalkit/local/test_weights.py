"""Weights are known by their hashes, in the cache and in the manifest, and are safe to load."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.evalkit.local.conftest import said

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")
files = pytest.importorskip("safetensors.torch", reason="safetensors is not installed: make models")


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


def test_a_model_that_lacks_a_weight_is_not_asked(tiny, data, predict, tmp_path):
    """Transformers draws it at random, and goes on."""
    folder = shutil.copytree(tiny, tmp_path / "holed")
    weights = files.load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    files.save_file(weights, folder / "model.safetensors", {"format": "pt"})
    _, ran = predict(data, folder, code=2)

    assert "lacks 1 of its weights: model.layers.1.mlp.up_proj.weight" in ran.err


@pytest.mark.parametrize(
    ("card", "code"),
    [
        pytest.param(lambda own: {"base": {"name": "big", "sha256": own}}, 0, id="its own base"),
        pytest.param(lambda own: {"base": {"name": "big", "sha256": "0" * 64}}, 2, id="another base"),
        pytest.param(lambda own: {"name": "words"}, 0, id="a card that names none"),
        pytest.param(lambda own: {"base": None}, 0, id="a card of another tool"),
        pytest.param(lambda own: None, 0, id="no card"),
    ],
)
def test_an_adapter_answers_on_the_base_it_was_trained_on_alone(tiny, adapter, data, predict, tmp_path, card, code):
    from evalkit.answers.local.weights import find_weights

    folder = shutil.copytree(adapter, tmp_path / "carded")
    told = card(find_weights(str(tiny)).base_sha256)
    if told is not None:
        (folder / "thresher.json").write_text(json.dumps(told))

    _, ran = predict(data, f"{tiny}+{folder}", code=code)

    assert ("is an adapter for another base" in ran.err, "trained on big, 000000000000" in ran.err) == (code == 2,) * 2
