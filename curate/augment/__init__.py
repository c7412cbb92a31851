"""New rows from the training rows of a curation run; and the table of the steps that make them."""

from __future__ import annotations

from curate.augment.noise import Noise
from curate.augment.rewriting.back_translation import BackTranslation
from curate.augment.rewriting.paraphrase import Paraphrase
from curate.augment.step import AugmentStep
from curate.augment.synthesis import Synthesis

AUGMENTS: dict[str, type[AugmentStep]] = {
    "paraphrase": Paraphrase,
    "back_translation": BackTranslation,
    "synthesis": Synthesis,
    "noise": Noise,
}

__all__ = ["AUGMENTS", "AugmentStep"]
