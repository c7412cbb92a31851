"""The loss of a row is the same packed, padded and alone, and the same however a step is cut into batches."""

from __future__ import annotations

import pytest

from tests.train.models.conftest import examples

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")


def direct(model, rows):
    """Return the summed loss of rows, one by one, from the model's full logits: the oracle."""
    total, count = 0.0, 0
    for at in range(len(rows)):
        tokens, trained = rows.row(at)
        ids = torch.tensor([tokens.tolist()])
        with torch.no_grad():
            log = model(input_ids=ids).logits[0].float().log_softmax(-1)
        for place in range(1, len(tokens)):
            if trained[place]:
                total -= float(log[place - 1, tokens[place]])
                count += 1
    return total / count


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_packed_padded_and_one_by_one_have_one_loss(loop, attention):
    """Oracle: full logits of each row alone, token by token."""
    from train.loop.loss import summed_loss

    made = loop(model__attention=attention)
    rows = examples()
    wanted = direct(made.model, rows)
    packs = [[[0, 1, 2], [3, 4]], [[5, 6, 7, 8, 9, 10, 11]]]
    padded = [[[0], [1], [2], [3], [4]], [[5], [6], [7], [8], [9], [10], [11]]]

    for batches, packed in ((packs, True), (padded, False), ([[[at]] for at in range(12)], False)):
        total, count = summed_loss(made.model, rows, batches, packed=packed, place=made.place)
        assert total / count == pytest.approx(wanted, abs=1e-4)


def test_accumulation_does_not_change_a_step(loop, tmp_path):
    """Oracle: the same rows in one batch; losses, gradients and the weights after four steps."""
    whole = loop(training__batch_rows=12, training__packing="random", training__steps=4, training__epochs=None)
    parts = loop(
        training__batch_rows=3, training__accumulation=4, training__packing="random", training__steps=4,
        training__epochs=None, out=tmp_path / "parts",
    )  # fmt: skip
    whole.run(), parts.run()

    for one, other in zip(whole.state.lines, parts.state.lines, strict=True):
        if one["step"]:
            assert one["loss"] == pytest.approx(other["loss"], abs=1e-4)
            assert one["grad_norm"] == pytest.approx(other["grad_norm"], rel=1e-3)
    for name, weight in whole.trained.items():
        assert torch.allclose(weight, parts.trained[name], atol=1e-4), name


def test_a_new_adapter_leaves_the_base_as_it_is(loop, tiny):
    """Oracle: the base alone; the second matrix of a new adapter is zero."""
    from transformers import LlamaForCausalLM

    ids = torch.tensor([examples().row(0)[0].tolist()])
    base = LlamaForCausalLM.from_pretrained(tiny, dtype=torch.float32)
    for changes in ({}, {"adapter__dora": True}, {"adapter__rslora": True}):
        made = loop(**changes)
        with torch.no_grad():
            assert torch.allclose(made.model.eval()(input_ids=ids).logits, base(input_ids=ids).logits, atol=1e-5)


def test_a_model_that_lets_rows_see_each_other_is_not_packed(loop):
    """Oracle: a model whose attention mask is all ones, as under a collator that brings one."""
    from train.model.packing_check import check_packing

    made = loop()
    sound = check_packing(made.model, examples(), made.place)
    assert sound is not None
    assert sound.holds
    assert sound.moved == 0

    class Leaking(torch.nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, input_ids, position_ids, use_cache):
            return self.inner(input_ids=input_ids, attention_mask=torch.ones_like(input_ids))

    leaking = check_packing(Leaking(made.model), examples(), made.place)
    assert leaking is not None
    assert not leaking.holds


def test_four_bits_learn_the_same_after_an_evaluation(loop, monkeypatch):
    """Oracle: the gradients of a model that was not evaluated before; on a processor that has AVX-512 BF16, or says so.

    There bitsandbytes would lay out the weights anew at an evaluation, for a product without a gradient.
    """
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed: make models")
    monkeypatch.setattr("bitsandbytes.nn.modules.has_avx512bf16", lambda: True)
    ids = torch.arange(6, 30)[None]

    def gradients(*, evaluated):
        model = loop(quantisation__double=False, quantisation__compute="float32").model
        if evaluated:
            with torch.no_grad():
                model.eval()(input_ids=ids)
        model.train()(input_ids=ids, labels=ids).loss.backward()
        return torch.cat([one.grad.flatten() for name, one in model.named_parameters() if "lora_B" in name])

    assert torch.equal(gradients(evaluated=True), gradients(evaluated=False))
    assert gradients(evaluated=True).abs().max() > 0
