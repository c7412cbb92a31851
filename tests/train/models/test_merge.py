"""``thresher merge``: a model that says what base and adapter say, of an adapter and its own base alone."""

from __future__ import annotations

import pytest

from tests.evalkit.local.conftest import make_adapter, make_model

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")


def test_a_merged_model_says_what_base_and_adapter_say(thresher, project, tiny, tmp_path):
    """Oracle: transformers and peft, each on its own folder."""
    from peft import PeftModel
    from transformers import LlamaForCausalLM

    thresher("train", project(), "--out", tmp_path / "out", "--quiet", "--no-report")
    ran = thresher("merge", tmp_path / "out" / "adapter", "--base", tiny, "--out", tmp_path / "merged", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["logits_apart"] < 1e-5
    ids = torch.tensor([[5, 9, 20, 30, 41]])
    two = PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(tiny), tmp_path / "out" / "adapter").eval()
    merged = LlamaForCausalLM.from_pretrained(tmp_path / "merged").eval()
    with torch.no_grad():
        assert torch.allclose(merged(ids).logits, two(ids).logits, atol=1e-4)
    assert (tmp_path / "merged" / "chat_template.jinja").is_file()


@pytest.mark.parametrize("what", ["other", "none"])
def test_an_adapter_is_merged_into_its_own_base_alone(thresher, project, tiny, tmp_path, what):
    thresher("train", project(), "--out", tmp_path / "out", "--quiet", "--no-report")
    adapter, base = tmp_path / "out" / "adapter", tiny
    if what == "other":
        base = make_model(tmp_path / "other", seed=9)
    else:
        adapter = tmp_path
    ran = thresher("merge", adapter, "--base", base, "--out", tmp_path / "merged")

    assert ran.code == 2
    assert ("is an adapter for another base" if what == "other" else "is no adapter") in ran.err
    assert not (tmp_path / "merged").exists()


def test_an_adapter_of_another_tool_is_merged_too(thresher, tiny, tmp_path):
    adapter = make_adapter(tiny, tmp_path / "theirs")
    ran = thresher("merge", adapter, "--out", tmp_path / "merged", "--dtype", "bfloat16")

    assert ran.code == 0, ran.err
    assert "of the largest away from base and adapter" in ran.out


@pytest.mark.parametrize("what", ["all tensors", "some tensors"])
def test_an_adapter_without_its_tensors_is_neither_merged_nor_gone_on_from(thresher, project, tiny, tmp_path, what):
    from safetensors.torch import load_file, save_file

    adapter = make_adapter(tiny, tmp_path / "theirs")
    tensors = load_file(adapter / "adapter_model.safetensors")
    kept = {name: one for name, one in tensors.items() if what == "some tensors" and "layers.0" in name}
    kept |= {name.replace("layers", "blocks"): one for name, one in tensors.items() if what == "all tensors"}
    save_file(kept, adapter / "adapter_model.safetensors", {"format": "pt"})

    merged = thresher("merge", adapter, "--base", tiny, "--out", tmp_path / "merged")
    toml = project(adapter={"parent": "theirs", "rank": 4, "alpha": 8})
    grown = thresher("train", toml, "--out", tmp_path / "out", "--quiet")

    for ran in (merged, grown):
        assert (ran.code, "does not fit" in ran.err, "no tensor for " in ran.err) == (2, True, True), ran.err
    assert not (tmp_path / "merged").exists()


def test_an_adapter_that_changes_nothing_is_not_merged(thresher, tiny, tmp_path):
    """A new one's second matrix is zero."""
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(tiny)
    get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj"])).save_pretrained(tmp_path / "new")
    ran = thresher("merge", tmp_path / "new", "--base", tiny, "--out", tmp_path / "merged")

    assert (ran.code, "changes no weight of it" in ran.err) == (1, True), ran.err
    assert not list((tmp_path / "merged").glob("*.safetensors"))


@pytest.mark.parametrize("targets", [["q_proj"], None], ids=["a layer of all tokens", "the embedding of one"])
def test_an_adapter_with_a_number_that_is_none_is_not_merged(thresher, tiny, tmp_path, targets):
    """The library looks at every weight; no probe has token 299."""
    from peft import LoraConfig, TrainableTokensConfig, get_peft_model
    from transformers import LlamaForCausalLM

    settings = LoraConfig(r=4, target_modules=targets) if targets else TrainableTokensConfig(token_indices=[299])
    model = get_peft_model(LlamaForCausalLM.from_pretrained(tiny), settings)
    with torch.no_grad():
        next(one for one in model.parameters() if one.requires_grad)[0] = float("nan")
    model.save_pretrained(tmp_path / "broken")
    ran = thresher("merge", tmp_path / "broken", "--base", tiny, "--out", tmp_path / "merged")

    assert (ran.code, "broken cannot be merged" in ran.err) == (1, True), ran.err
    assert not list((tmp_path / "merged").glob("*.safetensors"))


def test_what_the_probes_do_not_say_is_merged_too(thresher, tiny, tmp_path):
    """An adapter of one token's embedding moves no logit of another."""
    from peft import PeftModel, TrainableTokensConfig, get_peft_model
    from transformers import LlamaForCausalLM

    made = get_peft_model(
        LlamaForCausalLM.from_pretrained(tiny), TrainableTokensConfig(task_type="CAUSAL_LM", token_indices=[299])
    )
    with torch.no_grad():
        [one.add_(1.0) for name, one in made.named_parameters() if "trainable_tokens_delta" in name]
    made.save_pretrained(tmp_path / "token")
    ran = thresher("merge", tmp_path / "token", "--base", tiny, "--out", tmp_path / "merged")

    assert ran.code == 0, ran.err
    ids = torch.tensor([[299, 5]])
    two = PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(tiny), tmp_path / "token").eval()
    with torch.no_grad():
        merged = LlamaForCausalLM.from_pretrained(tmp_path / "merged").eval()(ids).logits
        assert torch.allclose(merged, two(ids).logits, atol=1e-4)
        assert not torch.allclose(merged, LlamaForCausalLM.from_pretrained(tiny).eval()(ids).logits, atol=1e-2)
