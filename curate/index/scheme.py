"""The scheme of an index: every choice that two signatures must share before they can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from curate.core.run.errors import ConfigError
from curate.dedupe.rule import PairRule
from curate.dedupe.signatures.minhash import SEED
from curate.dedupe.signatures.shingles import SIZE
from curate.dedupe.text import MIN_WORDS
from curate.native.kernel import SLOTS
from curate.steps.normalise import Normalise

_FIXED = {
    "hash": "words 64 bits, murmur3 finaliser",
    "shingles": f"word {SIZE}-grams, powers as words; texts under {MIN_WORDS} words whole",
    "signs": "operators, currencies, emoji, marks that are signs, beside digits of any script; lone asterisks; blocks",
    "signature": f"affine32, {SLOTS} slots, seed {SEED}",
    "prints": "sha256, 128 bits",
    "questions": "punctuation aside, but for marks that are signs",
}
COMPACT, EXACT = "compact", "exact"
_HELD = "both sides and the last turns; instructions as they read"  # in an exact index, which reads no file


@dataclass(frozen=True)
class Scheme:
    """How rows are signed and printed; ``rule`` gives the bands, ``compare`` what of a row is compared."""

    rule: PairRule
    compare: str | tuple[str, ...]
    normalise: Normalise

    @property
    def signing(self) -> PairRule:
        """Return the rule without bands of the prompt side: an index holds none."""
        return replace(self.rule, prompts=False)

    def as_json(self, kind: str) -> dict[str, Any]:
        """Return every choice by its name, for an index of a kind."""
        bands, rows = self.rule.bands
        compare = self.compare if isinstance(self.compare, str) else list(self.compare)
        rule = self.normalise.model_dump(include={"form", "case", "white_space", "zero_width"})
        told = {**_FIXED, "bands": f"{bands} of {rows}", "compare": compare, "normalise": rule}
        return told | {"held": _HELD} if kind == EXACT else told


def refuse_other(name: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """Refuse an index of another scheme.

    Raises:
        ConfigError: naming each choice that differs.
    """
    differ = differences(theirs, ours)
    if differ:
        raise ConfigError(
            f"the index {name} was made by another scheme than this run's",
            *differ,
            hint="use the settings of the run that wrote it, or write it again with these: thresher curate ... "
            "--write-index",
        )


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """Return each choice that two schemes make otherwise, in words."""
    differ = [key for key in {**theirs, **ours} if theirs.get(key) != ours.get(key)]
    return [f"{key}: {_told(theirs.get(key))} there, {_told(ours.get(key))} here" for key in differ]


def _told(value: Any) -> str:
    if value is None:
        return "not told"
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)
