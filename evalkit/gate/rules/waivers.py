"""Committed waivers: a rule that may stay unmet for a reason, by someone, until a day."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from curate.core.run.errors import ConfigError, nearest
from curate.core.run.settings import read_toml, validate


class Waiver(BaseModel):
    """One rule that is waived; ``[[waivers]]`` in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = Field(min_length=1, description='The rule as verdicts call it: "exact_match max_drop on language=de".')
    reason: str = Field(min_length=1, description="Why it may stay unmet; every report shows it.")
    who: str = Field(min_length=1, description="Who says so.")
    until: dt.date = Field(description="The last day on which it holds.")

    def told(self) -> dict[str, str]:
        """Return it as verdict.json has it."""
        return {"reason": self.reason, "who": self.who, "until": self.until.isoformat()}


class Waivers(BaseModel):
    """A file of waivers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    waivers: Annotated[list[Waiver], Field(default_factory=list)]


def load_waivers(path: Path) -> list[Waiver]:
    """Return the waivers of a TOML file.

    Raises:
        ConfigError: it cannot be read, or one of them lacks its rule, reason, who or until.
    """
    return validate(Waivers, read_toml(path), str(path), "thresher gate --markdown ends with one").waivers


def in_force(waivers: list[Waiver], rules: list[str]) -> tuple[dict[str, Waiver], list[str]]:
    """Return the waiver of each rule that has one today, and a warning for each that has run out.

    Raises:
        ConfigError: a waiver is of a rule that there is not, or of one that is given twice.
    """
    holding: dict[str, Waiver] = {}
    warnings = []
    for waiver in waivers:
        if waiver.rule not in rules:
            raise ConfigError(f"a waiver is of a rule that there is not: {waiver.rule!r}{nearest(waiver.rule, rules)}")
        if rules.count(waiver.rule) > 1:
            raise ConfigError(f"a waiver is of a rule that is given twice: {waiver.rule!r}", hint="keep one of them")
        if waiver.until < today():
            warnings.append(f"the waiver of {waiver.rule} ran out on {waiver.until} ({waiver.who}: {waiver.reason})")
        else:
            holding[waiver.rule] = waiver
    return holding, warnings


def today() -> dt.date:
    """Return the day, or that of ``SOURCE_DATE_EPOCH``, so that a run can be made again.

    Raises:
        ConfigError: it is beyond the year 9999.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isdigit():
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
    except (OSError, OverflowError, ValueError) as error:
        hint = "it is in seconds since 1970; unset it, and waivers are held against today"
        raise ConfigError(f"SOURCE_DATE_EPOCH={epoch[:40]} is no day", hint=hint) from error
