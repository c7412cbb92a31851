"""What a judge is asked: a template of ours, filled with data that stays data, and the JSON Schema of its reply."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from curate.core.read.layouts.messages import ROLES
from evalkit.judge.config import Criterion, Rubric
from evalkit.metrics.prompt import turns

PAIRWISE = "pairwise-1"
RUBRIC = "rubric-1"
_TEMPLATES = Path(__file__).parent / "templates"
_BETWEEN = "=====\n"  # what the system says, and what the user does


def pairwise_messages(
    prompt: str | None, references: Sequence[str], first: str, second: str, rubric: Rubric | None
) -> list[dict[str, str]]:
    """Return the messages that ask which of two answers is better."""
    return _messages(PAIRWISE, prompt, references, rubric, {"first": first, "second": second})


def rubric_messages(prompt: str | None, references: Sequence[str], answer: str, rubric: Rubric) -> list[dict[str, str]]:
    """Return the messages that ask for grades of an answer."""
    return _messages(RUBRIC, prompt, references, rubric, {"answer": answer})


def pairwise_schema() -> dict[str, Any]:
    """Return the JSON Schema of a verdict; the reasons come first, so that the verdict follows from them."""
    return _object({"better": {"type": "string", "enum": ["A", "B", "tie"]}})


def rubric_schema(criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Return the JSON Schema of grades: the number of a level for each criterion."""
    return _object({one.name: {"type": "integer", "enum": list(range(len(one.levels)))} for one in criteria})


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    properties = {"reasoning": {"type": "string"}, **fields}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _messages(
    name: str, prompt: str | None, references: Sequence[str], rubric: Rubric | None, answers: Mapping[str, str]
) -> list[dict[str, str]]:
    asked = (
        []
        if prompt is None
        else [{"role": role if role in ROLES else "another", "text": text} for role, text in turns(prompt)]
    )
    texts = [*(text for turn in asked for text in turn.values()), *references, *answers.values()]
    told = {
        "fence": _fence(texts),
        "about": rubric.about if rubric else "",
        "criteria": rubric.criteria if rubric else [],
        "turns": asked,
        "references": references,
        **answers,
    }
    system, _, user = _template(name).render(told).partition(_BETWEEN)
    return [{"role": "system", "content": system.strip()}, {"role": "user", "content": user.strip()}]


def _fence(texts: Sequence[str]) -> str:
    """Return a tag that stands in none of the texts: no data can close it, and the same data gets the same one."""
    fence = ""
    count = 0
    while not fence or any(fence in text for text in texts):
        fence = f"data-{hashlib.sha256(chr(0).join([str(count), *texts]).encode()).hexdigest()[:12]}"
        count += 1
    return fence


@cache
def _template(name: str) -> Template:
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - no HTML
    return environment.from_string((_TEMPLATES / f"{name}.txt").read_text(encoding="utf-8"))
