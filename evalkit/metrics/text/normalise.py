"""Normalisers by name: what is done to a prediction and to a reference before they are compared."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

Normaliser = Callable[[str], str | None]  # None: what it looks for is not in the text

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_STRICT = re.compile(r"#### (\-?[0-9.,]+)")
_NUMBER = re.compile(r"-?[$0-9.,]{2,}|-?[0-9]+")
_ANSWER_IS = re.compile(r"(?i)\bthe (?:final )?answer is(?![a-z]):?")  # "isn't" says what it is not
_NOT = re.compile(r"(?i)\s+not\b")


def raw(text: str) -> str:
    """Return the text itself."""
    return text


def squad(text: str) -> str:
    """Return it in lower case without ASCII punctuation, articles and extra space, as SQuAD's script: for English."""
    lowered = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", lowered).split())


def lm_eval(text: str) -> str:
    """Return it as ``exact_match`` of lm-evaluation-harness does with ``ignore_case`` and ``ignore_punctuation``."""
    return text.lower().translate(_PUNCTUATION)


def gsm8k_strict(text: str) -> str | None:
    """Return the number behind the first ``####``."""
    found = _STRICT.search(text)
    return None if found is None else _plain(found.group(1))


def gsm8k_flexible(text: str) -> str | None:
    """Return the last number of the text, as ``flexible-extract`` of lm-evaluation-harness finds it."""
    found = [plain for match in _NUMBER.findall(text) if (plain := _plain(match))]
    return found[-1] if found else None


def answer_is(text: str) -> str | None:
    """Return what follows the last "the answer is" on its line, without a full stop; else the whole text.

    "The answer is not" counts only where nothing else is said to be the answer.
    """
    told = _ANSWER_IS.split(text)[1:]
    if not told:
        return text.strip()
    last = [one for one in told if not _NOT.match(one)] or told
    return last[-1].lstrip().partition("\n")[0].rstrip().removesuffix(".").rstrip()


def _plain(number: str) -> str:
    """Return a number without thousands separators, dollar signs and a full stop that ends the sentence."""
    return number.replace(",", "").replace("$", "").removesuffix(".")


NORMALISERS: dict[str, Normaliser] = {
    "raw": raw,
    "strip": str.strip,
    "lower": lambda text: text.strip().lower(),
    "squad": squad,
    "lm_eval": lm_eval,
    "gsm8k_strict": gsm8k_strict,
    "gsm8k_flexible": gsm8k_flexible,
    "answer_is": answer_is,
}
