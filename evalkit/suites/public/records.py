"""Public suites: a record of each one's own file, or of the forms it is passed on in, to an item.

GSM8K ``{"question", "answer": "... #### 18"}`` (Cobbe et al. 2021) · BBH ``{"input", "target"}`` under ``examples``
(Suzgun et al. 2022) · TruthfulQA's CSV (Lin et al. 2021) · IFEval ``{"key", "prompt", "instruction_id_list",
"kwargs"}`` (Zhou et al. 2023) · HumanEval ``{"task_id", "prompt", "canonical_solution", "test"}`` (Chen et al. 2021).
"""

from __future__ import annotations

from typing import Any

from evalkit.metrics.checks import CHECKS
from evalkit.suites.public.choices import lettered, shuffled
from evalkit.suites.suite import Made, Record, Suite


def _asked(record: Record, *names: str) -> str:
    """Return what is asked: the first of some fields, or the last turn of the user in messages."""
    if isinstance(messages := record.get("messages"), list):
        return next(str(one["content"]) for one in reversed(messages) if one["role"] == "user")
    return _text(record, *names)


def _text(record: Record, *names: str) -> str:
    found = next((record[name] for name in names if isinstance(record.get(name), str)), None)
    if found is None:
        raise ValueError(f"there is no text in {' or '.join(names)}")
    return str(found)


def _gsm8k(record: Record, _: str) -> Made:
    turns = record.get("messages")
    last = turns[-1]["content"] if isinstance(turns, list) and turns[-1]["role"] == "assistant" else None
    answer = last if last is not None else _text(record, "answer", "reference")
    number = answer.rpartition("####")[2].strip().replace(",", "")
    checks = ({"is": "number", "value": number},)
    if not number.removeprefix("-").replace(".", "", 1).isdecimal():
        raise ValueError(f"the answer ends in no number: {number[:40]!r}")
    prompt = f"{_asked(record, 'question', 'prompt')}\n\nThink step by step, and end with a line: #### NUMBER"
    return Made("gsm8k", prompt, f"#### {number}", checks)


def _bbh(record: Record, stem: str) -> Made:
    target = _text(record, "target", "reference")
    task = record.get("task") or stem.removeprefix("bbh__")
    bare = target.strip("()") if len(target) == 3 and target.startswith("(") else None
    values = [target] if bare is None else [target, bare]
    prompt = f"{_asked(record, 'input', 'prompt')}\n\nEnd with a line: The answer is ANSWER."
    return Made(str(task), prompt, f"The answer is {target}.", ({"is": "closing", "values": values},))


def _ifeval(record: Record, _: str) -> Made:
    checks = []
    for name, told in zip(record["instruction_id_list"], record["kwargs"], strict=True):
        known = name.removeprefix("en:")
        if known not in CHECKS:
            raise ValueError(f"no instruction is called {name!r}")
        checks.append({"is": known} | {key: value for key, value in (told or {}).items() if value is not None})
    kind = "1_instruction" if len(checks) == 1 else f"{len(checks)}_instructions"
    return Made(kind, _text(record, "prompt"), None, tuple(checks))


def _truthfulqa(record: Record, _: str) -> Made:
    best = _text(record, "best", "best_answer", "Best Answer")
    wrong: Any = next(record[one] for one in ("incorrect", "incorrect_answers", "Incorrect Answers") if one in record)
    several = [one.strip() for one in wrong.split(";")] if isinstance(wrong, str) else [str(one) for one in wrong]
    asked = _asked(record, "prompt", "question", "Question")
    options = [best, *(one for one in several if one and one != best)][:10]
    kind = record.get("category") or record.get("Category") or "truthfulqa"
    return lettered(str(kind), asked, *shuffled(asked, options))


def _humaneval(record: Record, _: str) -> Made:
    prompt = _text(record, "prompt")
    asked = f"Complete this Python function. Reply with the whole function, as code alone.\n\n{prompt}"
    more = {"entry_point": record["entry_point"], "test": record["test"]} if "test" in record else {}
    return Made("humaneval", asked, prompt + _text(record, "canonical_solution"), (), more)


GSM8K = Suite(
    "gsm8k",
    "public",
    "school mathematics in words; the last number of the answer counts",
    "MIT",
    1_319,
    ("check", "exact_match:gsm8k_flexible"),
    read=_gsm8k,
    shape="rows with question and answer, or messages",
)
BBH = Suite(
    "bbh",
    "public",
    "27 tasks of reasoning in words; kind is the task",
    "MIT",
    6_511,
    read=_bbh,
    shape="rows with input and target, or prompt and reference",
)
IFEVAL = Suite(
    "ifeval",
    "public",
    "following instructions that code can verify; check is prompt-level strict, check_parts instruction-level strict",
    "Apache-2.0",
    541,
    ("check", "check_parts"),
    read=_ifeval,
    shape="rows with prompt, instruction_id_list and kwargs",
)
TRUTHFULQA = Suite(
    "truthfulqa",
    "public",
    "not repeating popular errors: one true answer among false ones, by its letter",
    "Apache-2.0",
    817,
    ("check", "choice"),
    read=_truthfulqa,
    shape="rows with prompt, best and incorrect",
)
HUMANEVAL = Suite(
    "humaneval",
    "public",
    "writing Python functions; whether they parse and look like the solution: no code of a model is run",
    "MIT",
    164,
    ("python_parses", "chrf"),
    read=_humaneval,
    shape="rows with prompt, canonical_solution and test",
)
