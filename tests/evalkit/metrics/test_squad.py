"""``exact_match:squad`` and ``token_f1`` have what SQuAD's own evaluation script (v1.1) says, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import REAL_DATA
from tests.evalkit.answers import answers, rows_of, values

FOLDER = REAL_DATA / "jsonl"
FILES = [
    *((path, "response", "target") for path in sorted(FOLDER.glob("user252_*.outputs.jsonl"))),
    *((path, "output", "reference") for path in sorted(FOLDER.glob("gsm8k_preds_*.jsonl"))),
    (FOLDER / "spider_gold_pred.jsonl", "pred", "gold"),
]
WORDS = st.lists(st.sampled_from("the a an The theatre Rome rome, Rome's é 3.5 3 5 - \n".split(" ")), max_size=8)


def script() -> ModuleType:
    """Load the one file, for its package imports torch and twenty libraries more."""
    package = find_spec("allennlp")
    if package is None or package.origin is None:
        pytest.skip("SQuAD's script is not installed: make unit")
    spec = spec_from_file_location("squad_eval", Path(package.origin).parent / "tools" / "squad_eval.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def squad() -> Callable[[str, list[str]], tuple[float, float]]:
    """Return exact match and F1 as the script has them."""
    judge = script()

    def both(prediction: str, references: list[str]) -> tuple[float, float]:
        return tuple(
            float(judge.metric_max_over_ground_truths(measure, prediction, references))
            for measure in (judge.exact_match_score, judge.f1_score)
        )

    return both


def ours(pairs: list[tuple[Any, Any]]) -> list[tuple[float, float]]:
    frame = answers(*pairs)
    return list(zip(values(frame, "exact_match:squad"), values(frame, "token_f1"), strict=True))


PAIRS = st.tuples(WORDS.filter(bool), st.lists(WORDS.map(["Rome"].__add__).map(" ".join), min_size=1, max_size=3))


@given(st.lists(PAIRS, min_size=1, max_size=30))
@settings(max_examples=20)
def test_words_as_the_script(squad, drawn):
    pairs = [(" ".join(said), wanted) for said, wanted in drawn]

    assert ours(pairs) == [squad(*pair) for pair in pairs]


@pytest.mark.parametrize(("path", "prediction", "reference"), FILES, ids=[path.name for path, _, _ in FILES])
def test_real_outputs_as_the_script(real_data, squad, path, prediction, reference):
    pairs = [(row[prediction], row[reference]) for row in rows_of(path)]

    assert ours(pairs) == [squad(said, wanted if isinstance(wanted, list) else [wanted]) for said, wanted in pairs]


def test_texts_of_no_words_are_as_in_version_2(squad):
    """The one difference of the script's versions: 1.1 gives such a pair no F1, 2.0 says that it is right."""
    assert squad("the", ["a"]) == (1.0, 0.0)
    assert ours([("the", ["a"])]) == [(1.0, 1.0)]
