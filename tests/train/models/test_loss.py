"""The loss of a row is the same packed, padded and alone, and the same however a step is cut into batches."""

from __future__ import annotations

import itertools

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

        config = made.model.config

    leaking = check_packing(Leaking(made.model), examples(), made.place)
    assert leaking is not None
    assert not leaking.holds


@pytest.fixture
def flash(monkeypatch):
    """Set the two functions of flash_attn in plain torch; return what sets a model to them."""
    import transformers.modeling_flash_attention_utils as flash

    def one(query, key, value, scale):
        again = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(again, 1), value.repeat_interleave(again, 1)
        sides = (side.transpose(0, 1)[None] for side in (query, key, value))
        return torch.nn.functional.scaled_dot_product_attention(*sides, is_causal=True, scale=scale)[0].transpose(0, 1)

    def whole(query, key, value, softmax_scale=None, **_):
        return torch.stack([one(*row, softmax_scale) for row in zip(query, key, value, strict=True)])

    def parts(query, key, value, cu_seqlens_q, cu_seqlens_k, softmax_scale=None, **_):
        cuts = cu_seqlens_q.tolist()
        spans = [slice(start, end) for start, end in itertools.pairwise(cuts)]
        return torch.cat([one(query[at], key[at], value[at], softmax_scale) for at in spans])

    for name in (
        "_flash_fn",
        "_flash_varlen_fn",
        "_pad_fn",
        "_unpad_fn",
        "_process_flash_kwargs_fn",
        "_loaded_implementation",
    ):
        monkeypatch.setattr(flash, name, getattr(flash, name, None), raising=False)
    made = (whole, parts, None, flash._pad_input, flash._unpad_input)
    monkeypatch.setattr(flash, "_lazy_imports", lambda *_, **__: made)

    def use(model):
        model.get_base_model().config._attn_implementation = "flash_attention_2"
        flash.lazy_import_flash_attention("flash_attention_2")

    return use


def test_packs_of_a_batch_do_not_see_each_other_under_flash_attention(loop, flash):
    """Oracle: full logits of each row alone; transformers tell packs apart in a batch of one row."""
    from train.loop.batch import make_batch
    from train.loop.loss import batch_loss, summed_loss
    from train.model.packing_check import check_packing

    made = loop()
    rows = examples()
    wanted = direct(made.model, rows)
    flash(made.model)
    packs = [[[0, 1, 2], [3, 4]], [[5, 6, 7, 8, 9, 10, 11]]]

    total, count = summed_loss(made.model, rows, packs, packed=True, place=made.place)
    assert total / count == pytest.approx(wanted, abs=1e-4)
    assert check_packing(made.model, rows, made.place).holds

    two_rows = make_batch(rows, packs[0], packed=True, device="cpu")
    with torch.no_grad():
        leaked = float(batch_loss(made.model, two_rows, made.place))
        sound = sum(
            float(batch_loss(made.model, make_batch(rows, [[at]], packed=True, device="cpu"), made.place))
            for at in range(5)
        )
    assert abs(leaked - sound) > 0.1  # else the functions above show nothing


def test_the_check_of_packs_looks_at_a_batch_of_two(loop, flash, monkeypatch):
    """Oracle: flash attention whose packs are left in rows of their own, which see their neighbours."""
    from train.model import packing_check

    made = loop()
    flash(made.model)
    monkeypatch.setattr(packing_check, "in_one_row", lambda _: False)

    assert not packing_check.check_packing(made.model, examples(), made.place).holds


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


@pytest.mark.parametrize("seed", [5_000_000_000, 2**63 - 1])
def test_any_seed_draws(loop, seed):
    made = loop(seed=seed, training__steps=1, training__epochs=None, adapter__dropout=0.1)

    assert made.run().reason == "steps_done"


def test_a_small_seed_draws_as_it_did():
    from train.loop.loop import _draw

    assert _draw(7, 3, 1) == (7 * 1_000_003 + 3) * 4_099 + 1
