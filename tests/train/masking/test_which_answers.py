"""Which answers of a chat are trained: all, the last, those of weight 1; and nothing else, whatever is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train import families
from tests.train.families import byte_level
from tests.train.spoken import row

pytest.importorskip("transformers", reason="transformers is not installed: make models")

from tests.train.masking.labelled import labels

TEXT = st.text(st.characters(exclude_characters="<|>"), max_size=12)


@pytest.mark.parametrize("template", ["CHATML", "MARKED"])
@pytest.mark.parametrize(
    ("weights", "train_on", "answers"),
    [
        pytest.param((None, None), "assistant", ["y<|im_end|>", "w<|im_end|>"], id="all answers"),
        pytest.param((0, 1), "assistant", ["w<|im_end|>"], id="weight 0 takes the first out, its end of turn too"),
        pytest.param((1, 0), "assistant", ["y<|im_end|>"], id="weight 0 takes the last out"),
        pytest.param((0, 0), "assistant", [], id="weight 0 takes both out"),
        pytest.param((None, None), "last", ["w<|im_end|>"], id="the last alone"),
        pytest.param((None, 0), "last", [], id="the last alone has weight 0"),
    ],
)
def test_which_answers_are_trained(template, weights, train_on, answers):
    tokenizer = byte_level(getattr(families, template))
    first, last = ({} if weight is None else {"weight": weight} for weight in weights)
    one = row("u:x", {"role": "assistant", "content": "y"} | first, "u:z", {"role": "assistant", "content": "w"} | last)

    found = [tokenizer.decode(ids) for ids, trained in labels(tokenizer, one, train_on=train_on) if trained]

    assert found == answers


def test_all_trains_all_but_what_has_weight_0():
    tokenizer = byte_level(families.PHI)
    one = row("u:x", {"role": "assistant", "content": "y", "weight": 0}, "u:z", "a:w")

    assert [tokenizer.decode(ids) for ids, trained in labels(tokenizer, one, train_on="all") if not trained] == [
        "<|user|>",  # the first token: nothing stands before it that it could be predicted from
        "y<|end|>",
    ]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3), st.sampled_from(["PHI", "CHATML", "MARKED"]))
def test_whatever_is_said_each_answer_is_trained_and_nothing_else(said, template):
    tokenizer = byte_level(getattr(families, template), eos="<|im_end|>")
    one = row(*(turn for asked, answer in said for turn in (f"u:{asked}", f"a:{answer}")))
    found = labels(tokenizer, one)
    end = "<|end|>" if template == "PHI" else "<|im_end|>"

    trained = [tokenizer.decode(ids) for ids, is_trained in found if is_trained]
    assert [text.removesuffix("\n<|im_end|>") if template == "PHI" else text for text in trained] == [
        f"{answer}{end}" for _, answer in said
    ]
    assert [token for ids, _ in found for token in ids] == tokenizer(
        tokenizer.apply_chat_template(one.messages, tokenize=False), add_special_tokens=False
    )["input_ids"]
