"""What the encoder tells of rows beside their labels: what it cut, refused and found written otherwise."""

from __future__ import annotations

import pytest

from tests.train import families
from tests.train.families import byte_level
from tests.train.spoken import row

pytest.importorskip("transformers", reason="transformers is not installed: make models")

from tests.train.masking.labelled import ASKING, CHAT
from train.masking.encoder import Encoder


def test_what_is_cut_is_counted():
    tokenizer = byte_level(families.PHI)
    whole = Encoder(tokenizer, None, 10_000).encode([CHAT])
    answers = int(whole.trained.sum())

    made = Encoder(tokenizer, None, len(whole.tokens) - 3).encode([CHAT, row("u:x", "a:y")])

    assert made.cut.tolist() == [3, 0]
    assert made.cut_trained.tolist() == [3, 0]
    assert int(made.trained[: made.starts[1]].sum()) == answers - 3
    assert made.row(0)[0].tolist() == whole.tokens[:-3].tolist()


def test_what_the_template_refuses_is_told_and_has_no_tokens():
    made = Encoder(byte_level(families.GEMMA), None, 100).encode([row("s:Be kind.", "u:x", "a:y"), row("u:x", "a:y")])

    assert made.refused == {0: "there is no system role"}
    assert made.lengths[0] == 0
    assert made.lengths[1] > 0


def test_an_answer_whose_calls_cannot_be_found_refuses_the_row():
    """The template writes calls before the content once other turns follow, and after it where they are the last."""
    call = "{% for c in m.tool_calls %}<tool>{{ c.function.name }}</tool>{% endfor %}"
    tokenizer = byte_level(
        f"{{% for m in messages %}}{{% if not loop.last %}}{call}{{% endif %}}{{{{ m.content }}}}"
        f"{{% if loop.last %}}{call}{{% endif %}}<|end|>{{% endfor %}}"
    )
    made = Encoder(tokenizer, None, 100).encode(
        [row("u:weather?", {**ASKING, "content": "I look."}, "t:sunny", "a:Sun")]
    )

    assert made.refused == {0: "an answer cannot be found in what the template makes of the row"}


def test_an_answer_written_otherwise_than_asked_is_told():
    made = Encoder(byte_level(families.QWEN), None, 100).encode([CHAT, row("u:x", "a:y")])

    assert made.rewritten == (0,)
    assert Encoder(byte_level(families.CHATML), None, 100).encode([CHAT]).rewritten == ()


def test_the_masks_are_those_of_transformers_where_the_template_has_marks():
    """Oracle: ``return_assistant_tokens_mask`` of transformers."""
    tokenizer = byte_level(families.MARKED)
    theirs = tokenizer.apply_chat_template(CHAT.messages, return_dict=True, return_assistant_tokens_mask=True)
    made = Encoder(tokenizer, None, 100)
    ours = made.encode([CHAT])

    assert made.mask_source == "generation marks"
    assert ours.tokens.tolist() == theirs["input_ids"]
    assert ours.trained.tolist() == [one == 1 for one in theirs["assistant_masks"]]


def test_a_tokenizer_that_was_saved_while_it_cut_and_padded():
    tokenizer = byte_level.__wrapped__(families.PHI)
    fresh = Encoder(tokenizer, None, 100).encode([CHAT])
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=64)

    assert Encoder(tokenizer, None, 100).encode([CHAT]).tokens.tolist() == fresh.tokens.tolist()


def test_no_rows():
    made = Encoder(byte_level(families.CHATML), None, 100).encode([])

    assert len(made) == 0
    assert made.tokens.dtype == "int32"
