"""``{"text": "How do I pay?", "label": "payment"}`` (classification) and ``{"text": "..."}`` (text alone)."""

from __future__ import annotations

from curate.core.read.layouts.layout import Draft, Layout, Message, Path, Record, has, is_bare


def read_classification(record: Record) -> Draft:
    """Return the text as the question and the label, written out, as the answer."""
    label = record["label"]
    name = label if isinstance(label, str) else str(label).lower() if isinstance(label, bool) else str(label)
    return Draft([Message("user", record["text"]), Message("assistant", name)], label=name)


def classification_strings(record: Record) -> list[list[Path]]:
    """Return the place of the text; a label is edited only where it is a string."""
    return [[("text",)], [("label",)] if isinstance(record["label"], str) else []]


def write_classification(draft: Draft) -> Record | None:
    """Return text and label; None for a record whose answer is no label."""
    turns = [Message._make(message) for message in draft.messages]
    if [turn.role for turn in turns] != ["user", "assistant"] or not all(map(is_bare, turns)):
        return None
    if draft.label is None or turns[1].text != draft.label or draft.tools is not None or draft.rejected is not None:
        return None
    return {"text": turns[0].text, "label": draft.label}


def read_text(record: Record) -> Draft:
    """Return the text as one answer to nothing: every token of it is trained."""
    return Draft([Message("assistant", record["text"])])


def text_strings(_: Record) -> list[list[Path]]:
    """Return the place of the text."""
    return [[("text",)]]


def write_text(draft: Draft) -> Record | None:
    """Return the text; None for a record that is more than one answer to nothing."""
    turns = [Message._make(message) for message in draft.messages]
    if [turn.role for turn in turns] != ["assistant"] or not is_bare(turns[0]):
        return None
    return {"text": turns[0].text} if draft.tools is None and draft.rejected is None else None


CLASSIFICATION = Layout(
    "classification",
    "text + label",
    frozenset({"text", "label"}),
    has("text", "label"),
    read_classification,
    classification_strings,
    write_classification,
)
TEXT = Layout("text", "text alone", frozenset({"text"}), has("text"), read_text, text_strings, write_text)
