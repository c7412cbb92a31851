"""Labels by token on the chat templates of the main families: what is trained, and nothing else.

The oracle is written out: the pieces of each text, of which every second one is trained. Each piece is
split into tokens by itself, as a served model sees its prompt, and the masks must be those of the pieces.
"""

from __future__ import annotations

import pytest

from tests.train import families
from tests.train.families import byte_level, sentence_piece
from tests.train.spoken import row

pytest.importorskip("transformers", reason="transformers is not installed: make models")

from tests.train.masking.labelled import ASKED, ASKING, CHAT, TOOL_JSON, TOOLS, labels, pieces


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
