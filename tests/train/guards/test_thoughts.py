"""Templates that open a thought where they ask for an answer, and those that leave thoughts out."""

from __future__ import annotations

import pytest

from tests.train import families
from tests.train.families import byte_level
from tests.train.guards.found import CALLING, found
from tests.train.spoken import row

pytest.importorskip("transformers", reason="transformers is not installed: make models")

ASKS = "{% for m in messages %}<|im_start|>{{ m.role }}\n"
ENDS = "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
DROPS = "{{ m.content.split('</think>')[-1] }}"  # as DeepSeek-R1-Distill
KEEPS = (
    "{% if m.role == 'assistant' and '<think>' not in m.content %}<think></think>{% endif %}{{ m.content }}"  # Nemotron
)
CALLS = "{% if m.tool_calls %}{{ m.tool_calls[0].function.name }}{% else %}{{ m.content }}{% endif %}"  # Llama 3.1
OPENED = "<think>\n{% endif %}"
THOUGHT = "a:<think>\nhm\n</think>\n\nIt is four."
REASONED = {"role": "assistant", "content": "It is four.", "reasoning_content": "hm"}


def told(template, *rows):
    """Return the codes of what the guards find on the first row."""
    seen = found(*rows, tokenizer=byte_level(template, eos="<|im_end|>"))
    return [code for code, severity, line in seen if line == 1000 and severity == "warning"]


@pytest.mark.parametrize(
    ("template", "answer", "codes"),
    [
        pytest.param(DROPS + ENDS + OPENED, THOUGHT, ["opened_otherwise", "answer_left_out"], id="R1: a thought is dropped"),
        pytest.param(DROPS + ENDS + OPENED, "a:It is four.", ["opened_otherwise"], id="R1: there is none"),
        pytest.param(DROPS + ENDS + "{% endif %}", THOUGHT, ["answer_left_out"], id="dropped, and none is opened"),
        pytest.param(KEEPS + ENDS + OPENED, THOUGHT, [], id="Nemotron: the thought goes on from the prompt"),
        pytest.param(KEEPS + ENDS + OPENED, "a:It is four.", ["opened_otherwise"], id="Nemotron: there is none"),
        pytest.param(CALLS + ENDS + "{% endif %}", CALLING | {"content": "I look."}, ["answer_left_out"], id="words at a call"),
        pytest.param(CALLS + ENDS + "{% endif %}", CALLING, [], id="a call alone"),
        pytest.param(None, REASONED, ["answer_left_out"], id="reasoning that the template does not know"),
        pytest.param("QWEN", "a:<think>hm</think>It is four.", [], id="Qwen 3 writes a thought with other white space"),
        pytest.param("QWEN", "a: \n It is four. ", [], id="white space that is trimmed"),
        pytest.param("QWEN", "a:It is four.", [], id="Qwen 3 writes an empty thought, which is trained"),
    ],
)  # fmt: skip
def test_what_is_trained_otherwise_than_served_or_said(template, answer, codes):
    """Oracle: the beginnings of the chat, rendered by the template itself and written out here."""
    text = families.CHATML if template is None else getattr(families, template, ASKS + str(template))

    assert told(text, row("u:two and two?", answer)) == codes


@pytest.mark.parametrize(
    ("said", "opened", "answer", "codes"),
    [
        pytest.param(DROPS, OPENED, THOUGHT, ["opened_otherwise", "answer_left_out"], id="a thought is dropped"),
        pytest.param(DROPS, "{% endif %}", THOUGHT, ["answer_left_out"], id="dropped, and none is opened"),
        pytest.param(DROPS, "{% endif %}", "a:It is four.", [], id="there is none"),
        pytest.param(KEEPS, OPENED, THOUGHT, [], id="the thought goes on from the prompt"),
    ],
)
def test_templates_with_marks(said, opened, answer, codes):
    marked = (
        "{% if m.role == 'assistant' %}{% generation %}" + said + "<|im_end|>{% endgeneration %}{{ '\n' }}{% else %}"
    )
    text = ASKS + marked + "{{ m.content }}<|im_end|>{{ '\n' }}{% endif %}" + ENDS.partition("\n")[2] + opened

    assert told(text, row("u:two and two?", answer)) == codes


def test_earlier_answers_are_looked_at_too():
    opened = ASKS + "{{ m.content }}" + ENDS + OPENED
    asked = row("u:one", "a:<think>\nhm\n</think>four", "u:two", THOUGHT)
    other = row("u:one", "a:four", "u:two", THOUGHT)

    seen = found(asked, other, tokenizer=byte_level(opened, eos="<|im_end|>"))

    assert [(code, line) for code, _, line in seen if line and line >= 1000] == [("opened_otherwise", 1001)]


def test_what_is_not_trained_is_not_looked_at():
    opened = ASKS + DROPS + ENDS + OPENED
    muted = row("u:one", {"role": "assistant", "content": THOUGHT[2:], "weight": 0}, "u:two", "a:four")

    assert told(opened, muted) == ["opened_otherwise"]
