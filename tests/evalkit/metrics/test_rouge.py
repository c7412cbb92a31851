"""ROUGE equals rouge-score to the last bit; the Unicode profile is another metric."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from evalkit.metrics import make_metric
from evalkit.score import measure
from tests.evalkit.answers import answers, rows_of, scored, values

KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")


def equal(pairs, variant):
    """Say for which pairs one of the four differs from the reference in a single bit."""
    metrics = [make_metric(f"{kind}:{variant}" if variant else kind) for kind in KINDS]
    reference = RougeScorer(list(KINDS), use_stemmer=variant == "stem")
    frame = answers(*pairs)
    found = {one.metric.use: one.statistics.to_list() for one in measure(frame, metrics)}
    wrong = []
    for row, (prediction, wanted) in enumerate(pairs):
        scores = reference.score(wanted, prediction)
        if any(found[kind][row] != scores[kind].fmeasure for kind in KINDS):
            wrong.append(row)
    return wrong


@pytest.mark.parametrize("variant", ["", "stem"])
@pytest.mark.parametrize(
    ("prediction", "reference"),
    [
        pytest.param("the cat sat", "the cat sat", id="equal"),
        pytest.param("The Cats, sitting.", "a cat sits", id="stems"),
        pytest.param("one\ntwo three\nfour", "two three\nfour one", id="lines are sentences"),
        pytest.param("a b a b", "b a b a", id="ties of the subsequence"),
        pytest.param("!!!", "word", id="no word in the answer"),
        pytest.param("word", "...", id="no word in the reference"),
        pytest.param("你好", "你好", id="no ASCII at all"),
        pytest.param("naïve café", "naive cafe", id="accents split words"),
        pytest.param("happily dying 1999s skies", "happy die 1999 sky", id="rules of the stemmer"),
    ],
)
def test_one_pair(prediction, reference, variant):
    assert equal([(prediction, reference)], variant) == []


words = st.sampled_from(
    "the a cats cat running runs flies dying skies generalization oscillators été 12 don't\n -".split(" ")
)


@settings(max_examples=60)
@given(st.lists(words, min_size=1, max_size=40), st.lists(words, min_size=1, max_size=40))
def test_any_words(said, wanted):
    pair = (" ".join(said) + " x", " ".join(wanted))

    assert equal([pair], "stem") == equal([pair], "") == []


@pytest.fixture(scope="module")
def pairs(request):
    from tests.conftest import REAL_DATA

    folder = REAL_DATA / "jsonl"
    if not folder.is_dir():
        pytest.skip("the folder of real data is not here")
    summaries = rows_of(folder / "xsum_system_summaries.jsonl")
    gold = {row["bbcid"]: row["summary"] for row in summaries if row["system"] == "Gold"}
    found = {
        (row["summary"], gold[row["bbcid"]]) for row in summaries if row["system"] != "Gold" and row["bbcid"] in gold
    }
    xsum = sorted(found)
    old = {row["id"]: row["output"] for row in rows_of(folder / "alpaca_eval_text_davinci_001.outputs.jsonl")}
    long = [
        (row["output"], old[row["id"]])
        for row in rows_of(folder / "alpaca_eval_vicuna-7b.outputs.jsonl")
        if row["id"] in old
    ]
    german = [row["text"] for row in rows_of(folder / "wmt17_ende_reference.jsonl")]
    systems = sorted(folder.glob("wmt17_ende_newstest2017.*.jsonl"))[:3]
    translated = [(row["text"], wanted) for path in systems for row, wanted in zip(rows_of(path), german, strict=True)]
    random.seed(0)
    every = [*xsum, *long[:60], *random.sample(translated, 10_000 - len(xsum) - 60)]
    assert len(every) == 10_000
    assert len(xsum) > 1500
    return every


def test_ten_thousand_real_pairs(pairs):
    assert equal(pairs, "stem") == []


def test_real_pairs_without_stemmer(pairs):
    assert equal(pairs[::5], "") == []


def test_the_best_of_several_references():
    reference = RougeScorer(list(KINDS)).score_multi(["a dog", "the cat sat down", ""], "the cat sat")
    frame = answers(("the cat sat", ["a dog", "the cat sat down", ""]))

    assert [values(frame, kind) for kind in KINDS] == [[reference[kind].fmeasure] for kind in KINDS]


def test_unicode_counts_words_of_any_script_and_says_so():
    frame = answers(("Привет, мир", "мир, привет"), ("你好", "你好"))

    assert values(frame, "rouge1") == [0.0, 0.0]
    assert values(frame, "rouge1:unicode") == [1.0, 1.0]
    assert "tok:unicode-v1" in scored(frame, "rouge1:unicode").signatures[0]


def test_deleted_letters_are_warned_of():
    frame = answers(("Привет", "Привет"), ("hello", "hello"))
    google, unicode = (one.metric for one in scored(frame, "rougeL", "rougeL:unicode").measured)

    assert "deletes 55% of the letters" in google.warnings(frame)[0]
    assert unicode.warnings(frame) == []
