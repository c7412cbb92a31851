"""Labels by token on the chat templates of the main families: what is trained, and nothing else.

The oracle is written out: the pieces of each text, of which every second one is trained. Each piece is
split into tokens by itself, as a served model sees its prompt, and the masks must be those of the pieces.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train import families
from tests.train.families import byte_level, sentence_piece
from tests.train.spoken import row, runs

pytest.importorskip("transformers", reason="transformers is not installed: make models")

from train.masking.encoder import Encoder

TEXT = st.text(st.characters(exclude_characters="<|>"), max_size=12)
CHAT = row("u:Hi there", "a:Hello!", "u:two and two?", "a: It is four. ")
CALL = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Rome"}}}
TOOLS = [{"type": "function", "function": {"name": "weather"}}]
TOOL_JSON = '{"type": "function", "function": {"name": "weather"}}'
ASKING = {"role": "assistant", "tool_calls": [CALL]}
ASKED = '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>'


def labels(tokenizer, one, template=None, *, train_on="assistant", max_tokens=10_000):
    """Return the pieces of a row's text with their tokens and whether they are trained."""
    made = Encoder(tokenizer, template, max_tokens, train_on).encode([one])
    assert not made.refused
    return runs(made)


def pieces(tokenizer, *texts):
    """Return the same of pieces written out: every second one is trained; an empty one is none."""
    split = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    return [(ids, at % 2 == 1) for at, ids in enumerate(split) if ids]


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        pytest.param(
            "CHATML",
            [
                "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n",
                "Hello!<|im_end|>",
                "\n<|im_start|>user\ntwo and two?<|im_end|>\n<|im_start|>assistant\n",
                " It is four. <|im_end|>",
                "\n",
            ],
            id="ChatML, with a system prompt that the template adds",
        ),
        pytest.param(
            "MARKED",
            [
                "<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n",
                "Hello!<|im_end|>",
                "\n<|im_start|>user\ntwo and two?<|im_end|>\n<|im_start|>assistant\n",
                " It is four. <|im_end|>",
                "\n",
            ],
            id="ChatML with generation marks",
        ),
        pytest.param(
            "LLAMA3",
            [
                (
                    "<s><|start_header_id|>user<|end_header_id|>\n\nHi there<|eot_id|>"
                    "<|start_header_id|>assistant<|end_header_id|>\n\n"
                ),
                "Hello!<|eot_id|>",
                (
                    "<|start_header_id|>user<|end_header_id|>\n\ntwo and two?<|eot_id|>"
                    "<|start_header_id|>assistant<|end_header_id|>\n\n"
                ),
                "It is four.<|eot_id|>",
            ],
            id="Llama 3, which trims",
        ),
        pytest.param(
            "GEMMA",
            [
                "<s><start_of_turn>user\nHi there<end_of_turn>\n<start_of_turn>model\n",
                "Hello!<end_of_turn>",
                "\n<start_of_turn>user\ntwo and two?<end_of_turn>\n<start_of_turn>model\n",
                "It is four.<end_of_turn>",
                "\n",
            ],
            id="Gemma, which calls the assistant model",
        ),
        pytest.param(
            "MISTRAL",
            ["<s>[INST] Hi there[/INST]", " Hello!</s>", "[INST] two and two?[/INST]", " It is four.</s>"],
            id="Mistral, which has no header for an answer",
        ),
        pytest.param(
            "PHI",
            [
                "<|user|>\nHi there<|end|>\n<|assistant|>\n",
                "Hello!<|end|>",
                "\n<|user|>\ntwo and two?<|end|>\n<|assistant|>\n",
                " It is four. <|end|>\n</s>",
            ],
            id="Phi, which ends the text after the last turn alone",
        ),
        pytest.param(
            "QWEN",
            [
                "<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n",
                "Hello!<|im_end|>",
                "\n<|im_start|>user\ntwo and two?<|im_end|>\n<|im_start|>assistant\n",
                "<think>\n\n</think>\n\nIt is four. <|im_end|>",
                "\n",
            ],
            id="Qwen, which puts empty thinking into the last answer",
        ),
        pytest.param(
            "GPT_OSS",
            [
                "<|start_header_id|>user<|end_header_id|>Hi there<|end|><|start_header_id|>assistant<|end_header_id|>",
                "Hello!<|end|>",
                (
                    "<|start_header_id|>user<|end_header_id|>two and two?<|end|>"
                    "<|start_header_id|>assistant<|end_header_id|>"
                ),
                " It is four. <|eot_id|>",
            ],
            id="gpt-oss, which ends earlier answers otherwise",
        ),
        pytest.param(
            "PLAIN",
            ["You: Hi there\nBot:", "Hello!\n", "You: two and two?\nBot:", " It is four. \n"],
            id="no generation marks and no special token",
        ),
    ],
)
def test_answers_are_trained_with_their_end_of_turn(template, texts):
    tokenizer = byte_level(getattr(families, template))

    assert labels(tokenizer, CHAT) == pieces(tokenizer, *texts)


@pytest.mark.parametrize("template", ["CHATML", "LLAMA3", "GEMMA", "MISTRAL", "QWEN", "PHI"])
def test_a_tokenizer_of_word_pieces_gives_the_same_texts(template):
    bytes_, words = byte_level(getattr(families, template)), sentence_piece(getattr(families, template))

    def texts(tokenizer):
        return ["".join(tokenizer.decode(ids).split()) for ids, _ in labels(tokenizer, CHAT)]

    assert texts(words) == texts(bytes_)


def test_tools_of_qwen():
    tokenizer = byte_level(families.QWEN)
    one = row("u:weather in Rome?", ASKING, "t:sunny", "a:<think>easy</think>It is sunny.", tools=TOOLS)

    assert labels(tokenizer, one) == pieces(
        tokenizer,
        f"<|im_start|>system\n# Tools\n{TOOL_JSON}<|im_end|>\n"
        "<|im_start|>user\nweather in Rome?<|im_end|>\n<|im_start|>assistant\n",
        f"{ASKED}<|im_end|>",
        "\n<|im_start|>user\n<tool_response>\nsunny\n</tool_response><|im_end|>\n<|im_start|>assistant\n",
        "<think>\neasy\n</think>\n\nIt is sunny.<|im_end|>",
        "\n",
    )


def test_thinking_that_the_template_drops_is_not_trained():
    tokenizer = byte_level(families.QWEN)
    looks = {**ASKING, "content": "<think>hm</think>I look."}
    one = row("u:weather?", looks, "t:sunny", "a:<think>easy</think>Sunny.", "u:Thanks", "a:<think>x</think>Gladly")

    assert labels(tokenizer, one) == pieces(
        tokenizer,
        "<|im_start|>user\nweather?<|im_end|>\n<|im_start|>assistant\n",
        f"I look.\n{ASKED}<|im_end|>",
        "\n<|im_start|>user\n<tool_response>\nsunny\n</tool_response><|im_end|>\n<|im_start|>assistant\n",
        "Sunny.<|im_end|>",
        "\n<|im_start|>user\nThanks<|im_end|>\n<|im_start|>assistant\n",
        "<think>\nx\n</think>\n\nGladly<|im_end|>",
        "\n",
    )


def test_tools_that_mistral_moves_to_the_last_question():
    tokenizer = byte_level(families.MISTRAL)
    one = row("s:Be kind.", "u:Hi", "a:Hello!", "u:weather?", "a:Sunny", tools=TOOLS)

    assert labels(tokenizer, one) == pieces(
        tokenizer,
        "<s>[INST] Be kind.\n\nHi[/INST]",
        " Hello!</s>",
        f"[AVAILABLE_TOOLS] [{TOOL_JSON}][/AVAILABLE_TOOLS][INST] weather?[/INST]",
        " Sunny</s>",
    )


def test_an_assistant_that_speaks_first():
    tokenizer = byte_level(families.CHATML)

    assert labels(tokenizer, row("s:S", "a:I begin.", "u:Hi", "a:Yes")) == pieces(
        tokenizer,
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>assistant\n",
        "I begin.<|im_end|>",
        "\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        "Yes<|im_end|>",
        "\n",
    )
    assert labels(tokenizer, row("a:I begin.")) == pieces(
        tokenizer,
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>assistant\n",
        "I begin.<|im_end|>",
        "\n",
    )


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


def test_no_rows():
    made = Encoder(byte_level(families.CHATML), None, 100).encode([])

    assert len(made) == 0
    assert made.tokens.dtype == "int32"
