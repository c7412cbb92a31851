"""A job followed to its end: what happened on the way goes to standard error, its losses into ``log.jsonl``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from curate.core.command.terminal import harmless
from curate.core.run.aside import aside
from curate.core.run.progress import Progress
from train.hosted.endpoint import Endpoint, event_name

ENDED = frozenset({"succeeded", "failed", "cancelled"})
_LOSSES = {"train_loss": "loss", "valid_loss": "eval_loss", "full_valid_loss": "eval_loss"}


@dataclass
class Followed:
    """A job that ended, and the losses that it told: ``{"step": 10, "loss": 1.2}``."""

    job: dict[str, Any] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)


def follow(endpoint: Endpoint, job: str, poll: float, *, quiet: bool = False) -> Followed:
    """Look at a job until it has ended."""
    followed, known, status = Followed(), set[str](), ""
    with Progress(quiet=quiet) as progress:
        while True:
            now = endpoint.job(job)  # before its events: those of an ended job are all there
            for event in endpoint.events(job, known):
                known.add(event_name(event))
                _tell(event, followed.log, progress, quiet=quiet)
            if str(now.get("status")) != status:
                status = str(now.get("status"))
                _say(f"{job} is {status}", quiet=quiet)
            if status in ENDED:
                followed.job = now
                followed.log.sort(key=lambda line: line["step"])
                return followed
            time.sleep(poll)


def _tell(event: Mapping[str, Any], log: list[dict[str, Any]], progress: Progress, *, quiet: bool) -> None:
    told = event.get("data")
    data: dict[str, Any] = told if isinstance(told, dict) else {}
    step = _whole(data.get("step"))
    if step is None:
        return _say(str(event.get("message")), quiet=quiet)
    log.append({"step": step} | {ours: data[theirs] for theirs, ours in _LOSSES.items() if _is_loss(data.get(theirs))})
    return progress.tell("training, steps", step, _whole(data.get("total_steps")))


def _whole(value: object) -> int | None:
    """Return a number of steps; None where it is none. Some endpoints write every number as ``1.0``."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_loss(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _say(line: str, *, quiet: bool) -> None:
    if not quiet:
        aside(f"{harmless(line)}\n")
