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
