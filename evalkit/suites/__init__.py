"""The suites that see what fine-tuning forgets, by name."""

from __future__ import annotations

from evalkit.suites.facts import FACTS
from evalkit.suites.procedural.arithmetic import ARITHMETIC
from evalkit.suites.procedural.copying import COPYING
from evalkit.suites.procedural.instructions import INSTRUCTIONS
from evalkit.suites.procedural.json_writing import JSON_WRITING
from evalkit.suites.procedural.lists import LISTS
from evalkit.suites.procedural.logic import LOGIC
from evalkit.suites.procedural.lookup import LOOKUP
from evalkit.suites.procedural.strings import STRINGS
from evalkit.suites.procedural.tables import TABLES
from evalkit.suites.public.choices import ARC, HELLASWAG, MMLU
from evalkit.suites.public.records import BBH, GSM8K, HUMANEVAL, IFEVAL, TRUTHFULQA
from evalkit.suites.refusal import REFUSAL
from evalkit.suites.suite import Suite
from evalkit.suites.text import TEXT

_ALL = (
    ARITHMETIC,
    STRINGS,
    LISTS,
    COPYING,
    INSTRUCTIONS,
    JSON_WRITING,
    TABLES,
    LOGIC,
    LOOKUP,
    FACTS,
    REFUSAL,
    GSM8K,
    BBH,
    MMLU,
    TRUTHFULQA,
    HELLASWAG,
    ARC,
    IFEVAL,
    HUMANEVAL,
    TEXT,
)

SUITES: dict[str, Suite] = {suite.name: suite for suite in _ALL}

__all__ = ["SUITES", "Suite"]
