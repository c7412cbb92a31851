"""Where prompt and answer meet, tokens are split as serving splits them; texts begin and end by one token each."""

from __future__ import annotations

import pytest

from tests.train import families
from tests.train.families import byte_level, sentence_piece, word_piece
from tests.train.spoken import row

pytest.importorskip("transformers", reason="transformers is not installed: make models")

from tests.train.masking.labelled import CHAT, labels, pieces
from train.masking.encoder import Encoder


@pytest.mark.parametrize("make", [byte_level, sentence_piece])
def test_a_token_across_the_border_is_split_as_serving_splits_it(make):
    tokenizer = make("{% for m in messages %}{{ m.content }}{% endfor %}")
    one = row("u:You: What is two and two", "a: and four, of course")

    whole = tokenizer("You: What is two and two and four, of course", add_special_tokens=False)["input_ids"]
    prompt = tokenizer("You: What is two and two", add_special_tokens=False)["input_ids"]
    (first, trained), (second, _) = labels(tokenizer, one)

    assert not trained
    assert first == prompt
    assert tokenizer.decode([*first, *second]) == tokenizer.decode(whole)


def test_a_token_across_the_border_is_really_one():
    """A border inside ``four``: the whole text has it as one token, the served prompt ends inside."""
    tokenizer = byte_level("{% for m in messages %}{{ m.content }}{% endfor %}")
    (prompt, _), (answer, trained) = labels(tokenizer, row("u:It is fo", "a:ur, of course"))

    assert len(tokenizer("It is four, of course", add_special_tokens=False)["input_ids"]) < len(prompt) + len(answer)
    assert prompt == tokenizer("It is fo", add_special_tokens=False)["input_ids"]
    assert answer == tokenizer("ur, of course", add_special_tokens=False)["input_ids"]
    assert trained


def test_a_token_that_cannot_be_split_stays_whole_and_is_trained():
    """``fo`` and ``ur`` by themselves are two words, which is another text than ``four``."""
    tokenizer = word_piece("{% for m in messages %}{{ m.content }}{% endfor %}")

    assert labels(tokenizer, row("u:It is fo", "a:ur, of course")) == pieces(tokenizer, "It is", "four, of course")


@pytest.mark.parametrize("trim_offsets", [False, True])
def test_spaces_left_out_of_offsets_move_no_border(trim_offsets):
    tokenizer = byte_level("{% for m in messages %}{{ m.content }}{% endfor %}", trim_offsets=trim_offsets)

    assert labels(tokenizer, row("u:Bot: ", "a:It is four")) == pieces(tokenizer, "Bot: ", "It is four")
    assert labels(tokenizer, row("u:Bot:", "a: It is four")) == pieces(tokenizer, "Bot:", " It is four")


def test_characters_of_many_bytes():
    tokenizer = byte_level(families.PHI)
    ids, trained = labels(tokenizer, row("u:日本🙂", "a:🙂é"))[1]

    assert trained
    assert tokenizer.decode(ids) == "🙂é<|end|>\n</s>"


def test_texts_are_trained_whole_between_the_tokens_that_begin_and_end_them():
    tokenizer = sentence_piece(None)

    whole = [token for ids, _ in pieces(tokenizer, "<s>It is four.</s>") for token in ids]
    first_aside = [(whole[:1], False), (whole[1:], True)]

    assert labels(tokenizer, row(text="It is four.")) == first_aside
    assert labels(tokenizer, row(text="<s>It is four.</s>")) == first_aside
    without = labels(byte_level(None), row(text="It is four."))
    assert [(byte_level(None).decode(ids), trained) for ids, trained in without] == [
        ("I", False),
        ("t is four.</s>", True),
    ]


def test_chats_without_a_template_are_bare_text():
    tokenizer = byte_level(None)

    assert labels(tokenizer, row("s:Be kind.", "u:Hi", "a:Hello!", "u:x", "a:y")) == pieces(
        tokenizer, "Be kind.\n\nHi", "Hello!</s>", "\n\nx", "y</s>"
    )


def test_no_beginning_of_text_is_doubled():
    tokenizer = sentence_piece(families.LLAMA3)
    tokens = Encoder(tokenizer, None, 100).encode([CHAT]).tokens.tolist()

    assert tokens.count(tokenizer.bos_token_id) == 1
    assert tokenizer(tokenizer.apply_chat_template(CHAT.messages, tokenize=False))["input_ids"].count(0) == 2
