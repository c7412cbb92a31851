"""Learning rate and rank outside what works for models of the size: most failed runs are one of the two.

LoRA: 1e-4 to 5e-4 in its paper (Hu et al. 2021, tables 9 to 12: ranks 4 to 8); 2e-4 for 7B and 13B, 1e-4 for 33B and
65B at rank 64 (QLoRA, Dettmers et al. 2023, table 9); about ten times the rate of full tuning (LoRA Without Regret,
Schulman et al. 2025). Full: 1e-3 for 135M (SmolLM2's recipe), 2e-5 for 7B (Alpaca), 1e-5 for 13B, 2e-6 for 70B
(Tülu 3, Lambert et al. 2024). The ranges are those with room of two to five times on either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from train.guards.finding import Examined, Finding


class Usual(NamedTuple):
    """What is usual for models below a number of parameters: (least, most)."""

    below: float
    lora: tuple[float, float]
    full: tuple[float, float]
    rank: tuple[int, int]


USUAL = (
    Usual(1e8, (5e-5, 5e-3), (1e-5, 5e-3), (2, 64)),
    Usual(1e9, (5e-5, 1e-3), (5e-6, 2e-3), (4, 128)),
    Usual(2e10, (2e-5, 5e-4), (1e-6, 1e-4), (4, 256)),
    Usual(float("inf"), (1e-5, 3e-4), (5e-7, 2e-5), (4, 256)),
)


def usual_rates(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for a learning rate, and one for a rank, that is unusual for the model's size."""
    facts = examined.facts
    if facts.parameters is None:
        return
    usual = next(one for one in USUAL if facts.parameters < one.below)
    least, most = usual.full if facts.rank is None else usual.lora
    kind = "full tuning" if facts.rank is None else "LoRA"
    size = f"{kind} of {facts.parameters / 1e6:,.3g} million parameters"
    rate = facts.learning_rate
    if rate is not None and not least <= rate <= most:
        message = f"a learning rate of {rate:g} is unusual: {least:g} to {most:g} for {size}"
        hint = "too high forgets what the base could, too low learns nothing; begin in the middle of the range"
        yield Finding("learning_rate_unusual", "warning", message, hint)
    if facts.rank is not None and not usual.rank[0] <= facts.rank <= usual.rank[1]:
        message = f"a rank of {facts.rank} is unusual: {usual.rank[0]} to {usual.rank[1]} for {size}"
        hint = "8 to 32 do for one task; higher ranks cost memory and overfit few rows"
        yield Finding("rank_unusual", "warning", message, hint)
