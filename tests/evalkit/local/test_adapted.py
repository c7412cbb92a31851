"""An adapter is on its model whole, or the model does not answer; oracle: peft, which says no more than a warning."""

from __future__ import annotations

import json
import shutil

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
peft = pytest.importorskip("peft", reason="peft is not installed: make models")
files = pytest.importorskip("safetensors.torch", reason="safetensors is not installed: make models")


def changed(adapter, folder, change):
    """Return a copy of an adapter, the names of its tensors changed; None leaves one out."""
    shutil.copytree(adapter, folder)
    tensors = files.load_file(adapter / "adapter_model.safetensors")
    kept = {change(name): one for name, one in tensors.items() if change(name) is not None}
    files.save_file(kept, folder / "adapter_model.safetensors", {"format": "pt"})
    return folder


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda name: name.replace("model.model.", "model.model.language_model."),
            ["no tensor for ", "no layer for ", "and 25 more"],
            id="all are renamed",
        ),
        pytest.param(
            lambda name: name if "layers.0.mlp.up_proj" not in name else None,
            ["no tensor for base_model.model.model.layers.0.mlp.up_proj.lora_A"],
            id="two are missing",
        ),
        pytest.param(
            lambda name: name.replace("layers.1.mlp.up_proj", "layers.7.mlp.up_proj"),
            ["no layer for base_model.model.model.layers.7.mlp.up_proj.lora_A"],
            id="a layer that is not there",
        ),
    ],
)
def test_an_adapter_that_would_be_left_out_is_refused(tiny, adapter, data, predict, tmp_path, change, told):
    folder = changed(adapter, tmp_path / "changed", change)

    _, ran = predict(data, f"{tiny}+{folder}", code=2)

    assert "does not fit" in ran.err
    assert all(one in ran.err for one in told)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"target_modules": "all-linear"}, id="every layer"),
        pytest.param({"target_modules": ["q_proj"], "modules_to_save": ["lm_head"]}, id="a head beside it"),
        pytest.param({"target_modules": ["q_proj"], "trainable_token_indices": [1, 2]}, id="tokens beside it"),
        pytest.param({"target_modules": ["q_proj"], "use_dora": True}, id="magnitudes"),
        pytest.param({"target_modules": ["q_proj"], "bias": "all"}, id="biases"),
        pytest.param({"target_modules": ["q_proj"], "rank_pattern": {"q_proj": 2}}, id="ranks of their own"),
    ],
)
@pytest.mark.parametrize("trainable", [False, True])
def test_whatever_peft_saved_is_taken(tiny, tmp_path, settings, trainable):
    """The second look at its tensors changes none, and which of them are trained."""
    from transformers import AutoModelForCausalLM

    from evalkit.answers.local.adapted import with_adapter

    def base():
        return AutoModelForCausalLM.from_pretrained(tiny)

    made = peft.get_peft_model(base(), peft.LoraConfig(task_type="CAUSAL_LM", r=4, **settings))
    with torch.no_grad():
        [one.add_(0.1) for name, one in made.named_parameters() if "lora_" in name]
    made.save_pretrained(tmp_path / "theirs")

    wanted = peft.PeftModel.from_pretrained(base(), tmp_path / "theirs", is_trainable=trainable).eval()
    found = with_adapter(base(), tmp_path / "theirs", "tiny", trainable=trainable).eval()

    ids = torch.tensor([[5, 9, 20, 30]])
    assert torch.equal(found(ids).logits, wanted(ids).logits)
    trained = [{name for name, one in model.named_parameters() if one.requires_grad} for model in (found, wanted)]
    assert trained[0] == trained[1]


def test_prompts_that_were_learned_are_taken_too(tiny, data, predict, tmp_path):
    from transformers import AutoModelForCausalLM

    config = peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3)
    peft.get_peft_model(AutoModelForCausalLM.from_pretrained(tiny), config).save_pretrained(tmp_path / "prompts")
    assert json.loads((tmp_path / "prompts" / "adapter_config.json").read_text())["peft_type"] == "PROMPT_TUNING"

    predict(data, f"{tiny}+{tmp_path / 'prompts'}")
