"""Which pairs must be found, how surely, and by which bands."""

from __future__ import annotations

from dataclasses import dataclass

from curate.dedupe.signatures.bands import choose_bands
from curate.native.kernel import SLOTS

MARGIN = 0.14  # four standard errors of a 128-slot estimate
LOOSE_RECALL = 0.999  # at the lower similarity, which only warns


@dataclass(frozen=True)
class PairRule:
    """Which pairs must be found: by ``recall`` at ``threshold``, nearly as surely at ``least``."""

    least: float
    threshold: float
    recall: float = 0.9999
    prompts: bool = True  # whether rows that share a prompt alone are looked for too

    @property
    def bands(self) -> tuple[int, int]:
        """Return (bands, slots a band) over both sides."""
        return min(
            choose_bands(self.threshold, self.recall), choose_bands(self.least, LOOSE_RECALL), key=lambda b: b[1]
        )

    @property
    def bands_for_links(self) -> int:
        """Return the most slots a band that still find a pair at ``least`` nearly surely."""
        return choose_bands(self.least, LOOSE_RECALL)[1]

    @property
    def prompt_bands(self) -> tuple[int, int]:
        """Return (bands, slots a band) over the prompt side alone."""
        return choose_bands(self.threshold, LOOSE_RECALL) if self.prompts else (0, 1)

    def agreement(self, similarity: float) -> int:
        """Return in how many of 128 bytes the sketches of a pair this similar agree, four standard errors below.

        One byte in 256 agrees by chance (b-bit MinHash; Li, König 2010).
        """
        expected = 1 / 256 + max(similarity - MARGIN, 0.0) * (1 - 1 / 256)
        return int(expected * SLOTS)
