"""Public suites of multiple choice: MMLU, HellaSwag, ARC; every one asks for the letter of the right choice.

MMLU: CSV without a header, ``question,A,B,C,D,letter``, or ``{"question", "choices", "answer": 1, "subject"}``
(Hendrycks et al. 2020) · HellaSwag ``{"ctx", "endings", "label", "activity_label"}`` (Zellers et al. 2019) · ARC
``{"question": {"stem", "choices": [{"text", "label"}]}, "answerKey"}`` or ``{"question", "choices": {"text",
"label"}, "answerKey"}`` (Clark et al. 2018).
"""

from __future__ import annotations

from random import Random

from evalkit.suites.suite import Made, Record, Suite

_LETTERS = "ABCDEFGHIJ"


def lettered(kind: str, question: str, options: list[str], gold: int) -> Made:
    """Return an item that shows its options by letters; the letters are its ``choices``, for likelihoods too."""
    if not 0 <= gold < len(options) or not 2 <= len(options) <= len(_LETTERS):
        raise ValueError(f"{len(options)} options of which number {gold} is right")
    letters = list(_LETTERS[: len(options)])
    shown = "\n".join(f"{letter}. {option}" for letter, option in zip(letters, options, strict=True))
    prompt = f"{question}\n\n{shown}\n\nReply with the letter of the right answer alone."
    check = {"is": "letter", "value": letters[gold], "among": "".join(letters)}
    return Made(kind, prompt, letters[gold], (check,), {"choices": letters, "gold": gold})


def shuffled(question: str, options: list[str]) -> tuple[list[str], int]:
    """Return options whose first one is right in an order that the question alone decides, and where that one went."""
    order = list(range(len(options)))
    Random(question).shuffle(order)  # noqa: S311 - not a secret
    return [options[place] for place in order], order.index(0)


def _mmlu(record: Record, stem: str) -> Made:
    if "letter" in record:
        options = [record[letter] for letter in "ABCD"]
        return lettered(
            stem.removesuffix("_test").removesuffix("_val"), record["question"], options, _at(record["letter"])
        )
    return lettered(
        str(record.get("subject") or stem), record["question"], list(record["choices"]), _at(record["answer"])
    )


def _at(told: object) -> int:
    """Return the place of an option that is told by its letter or its place."""
    if isinstance(told, int):
        return told
    text = str(told).strip()
    return int(text) if text.isdecimal() else _LETTERS.index(text)


def _hellaswag(record: Record, _: str) -> Made | None:
    if record["label"] in ("", None):  # the published test split keeps its labels to itself
        return None
    question = f"Which ending continues this text best?\n\n{record['ctx']}"
    return lettered(
        str(record.get("activity_label") or "hellaswag"), question, list(record["endings"]), _at(record["label"])
    )


def _arc(record: Record, stem: str) -> Made:
    asked = record["question"]
    given = asked["choices"] if isinstance(asked, dict) else record["choices"]
    if isinstance(given, dict):
        labels, options = list(given["label"]), list(given["text"])
    else:
        labels, options = [one["label"] for one in given], [one["text"] for one in given]
    question = asked["stem"] if isinstance(asked, dict) else asked
    return lettered(stem, question, options, labels.index(record["answerKey"]))


MMLU = Suite(
    "mmlu",
    "public",
    "knowledge of 57 subjects, by the letter of the right answer; kind is the subject",
    "MIT",
    14_042,
    ("check", "choice"),
    read=_mmlu,
    header=b"question,A,B,C,D,letter\n",
    shape="rows with question, choices and answer",
)
HELLASWAG = Suite(
    "hellaswag",
    "public",
    "common sense: which ending fits, by its letter (not by likelihoods of endings, as published numbers are)",
    "MIT",
    10_042,
    ("check", "choice"),
    read=_hellaswag,
    shape="rows with ctx, endings and label",
)
ARC = Suite(
    "arc",
    "public",
    "school science, by the letter of the right answer; kind is the name of the file",
    "CC-BY-SA-4.0",
    None,
    ("check", "choice"),
    read=_arc,
    shape="rows with question, choices and answerKey",
)
