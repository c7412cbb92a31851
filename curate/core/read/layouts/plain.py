"""``{"text": "How do I pay?", "label": "payment"}`` (classification) and ``{"text": "..."}`` (text alone)."""

from __future__ import annotations

from curate.core.read.layouts.layout import Draft, Layout, Message, Path, Record


def read_classification(record: Record) -> Draft:
    """Return the text as the question and the label, written out, as the answer."""
    label = record["label"]
    name = label if isinstance(label, str) else str(label).lower() if isinstance(label, bool) else str(label)
    return Draft([Message("user", record["text"]), Message("assistant", name)], label=name)


def classification_strings(record: Record) -> list[list[Path]]:
    """Return the place of the text; a label is edited only where it is a string."""
    return [[("text",)], [("label",)] if isinstance(record["label"], str) else []]


def write_classification(draft: Draft) -> Record | None:
    """Return text and label; None for a record without a label."""
    if draft.label is None or [message[0] for message in draft.messages] != ["user", "assistant"]:
        return None
    return {"text": draft.messages[0][1], "label": draft.label}


def read_text(record: Record) -> Draft:
    """Return the text as one answer to nothing: every token of it is trained."""
    return Draft([Message("assistant", record["text"])])


def text_strings(_: Record) -> list[list[Path]]:
    """Return the place of the text."""
    return [[("text",)]]


def write_text(draft: Draft) -> Record | None:
    """Return the text; None for a record of more than one turn."""
    return {"text": draft.messages[0][1]} if len(draft.messages) == 1 and draft.rejected is None else None


CLASSIFICATION = Layout(
    "classification",
    "text + label",
    frozenset({"text", "label"}),
    lambda record: "text" in record and "label" in record,
    read_classification,
    classification_strings,
    write_classification,
)
TEXT = Layout(
    "text", "text alone", frozenset({"text"}), lambda record: "text" in record, read_text, text_strings, write_text
)
