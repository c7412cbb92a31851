"""The template of training against the one that serves: a model tuned on other words than it is asked in does worse."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding
from train.masking.chat import ChatTemplate
from train.masking.encoder import own_template

LOOKED_AT = 50  # rows


def template_differs(examined: Examined) -> Iterator[Finding]:
    """Yield a warning where serving would render a row otherwise; templates that differ in marks alone are the same."""
    encoder = examined.encoder
    text = examined.facts.served_template or own_template(encoder.tokenizer)
    if encoder.chat is None or text == encoder.chat.text:
        return
    hint = "save the training template as chat_template.jinja beside the tokenizer that serves"
    if text is None:
        message = "the tokenizer that serves has no chat template: it cannot be asked as it is trained"
        yield Finding("template_differs", "warning", message, hint)
        return
    served = ChatTemplate(encoder.tokenizer, text)
    for row in [row for row in examined.rows if row.text is None][:LOOKED_AT]:
        ours = encoder.chat.tried(row.turns, row.tools)  # where it refuses, another guard tells it
        if ours is not None and ours != served.tried(row.turns, row.tools):
            message = (
                f"serving renders it by another template ({served.sha256[:8]}, trained: {encoder.chat.sha256[:8]})"
            )
            yield Finding("template_differs", "warning", message, hint, row.place)
            return


def no_template(examined: Examined) -> Iterator[Finding]:
    """Yield a warning where chats are trained without a template."""
    if examined.encoder.chat is None:
        first = next((row for row in examined.rows if row.text is None), None)
        if first is not None:
            message = "the tokenizer has no chat template: turns are joined as bare text"
            hint = "bring one with --template F; a base model can be tuned on bare prompts if it is asked so too"
            yield Finding("no_template", "warning", message, hint, first.place)
