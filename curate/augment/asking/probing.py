"""What the endpoint of ``[chat]`` can do of what the steps ask of it: found out before something is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curate.augment.step import AugmentStep, ChatStep
from curate.core.chat.client import Client


def needed(steps: Sequence[AugmentStep]) -> list[str]:
    """Return the capabilities that the steps make use of, in the order of the alphabet."""
    return sorted({name for step in steps if isinstance(step, ChatStep) for name in step.relies_on})


def told(client: Client) -> dict[str, Any]:
    """Return state and proof of each capability that the steps make use of, as far as it was found out.

    A step goes on without one: what comes of a request is checked in any case. But whoever reads the numbers should
    know that an endpoint takes no notice of the seed, or of the schema of an answer.
    """
    return {name: finding._asdict() for name, finding in sorted(client.findings.items())}
