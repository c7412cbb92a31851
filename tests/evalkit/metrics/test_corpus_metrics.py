"""BLEU, chrF and perplexity: sums over the corpus, equal to sacrebleu's and to the formula."""

from __future__ import annotations

import math

import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from curate.core.run.errors import ConfigError, InputError
from tests.evalkit.answers import answers, measured, rows_of, scored, value

ORACLES = {"bleu": BLEU(), "chrf": CHRF(), "chrf:plus_plus": CHRF(word_order=2)}


SYSTEMS = [  # for newstest2017: BLEU and chrF of sacrebleu 2.6.0, taken once, because they cost a minute
    ("C-3MA.4959", 22.674635039470754, 51.95328040239268),
    ("FBK.4870", 26.3316213125408, 54.71518752570632),
    ("KIT.4950", 26.076033504662192, 55.76287940804713),
    ("LIUM-NMT.4900", 26.59580468309487, 55.92837490341378),
    ("LMU-nmt-reranked.4934", 27.106980632624293, 56.390822714049136),
    ("LMU-nmt-single.4893", 26.559243605505337, 55.921628488642405),
    ("PROMT-Rule-based.4735", 16.60860658592576, 50.357340806228244),
    ("RWTH-nmt-ensemble.4921", 26.02450077792544, 55.61156420002735),
    ("SYSTRAN.4847", 26.71131225643856, 55.57579070575588),
    ("TALP-UPC.4834", 21.240136329511696, 51.686031527913734),
    ("online-A.0", 20.796506153855994, 52.002272704529815),
    ("online-B.0", 26.651046216335573, 56.26334773903824),
    ("online-F.0", 15.451735600953818, 49.25878359196682),
    ("online-G.0", 18.158813584410634, 51.58708913764237),
    ("uedin-nmt.4722", 28.301225088283296, 57.722703142284985),
    ("xmu.4910", 26.688470044635626, 55.96418285321702),
]


def translations(real_data, system):
    names = (f"newstest2017.{system}.en-de", "reference")
    return [[row["text"] for row in rows_of(real_data / f"jsonl/wmt17_ende_{name}.jsonl")] for name in names]


@pytest.mark.parametrize(("system", "bleu", "chrf"), SYSTEMS, ids=[system for system, _, _ in SYSTEMS])
def test_wmt17_systems(real_data, system, bleu, chrf):
    frame = answers(*zip(*translations(real_data, system), strict=True))

    found = [one.metric.total(one.statistics) for one in measured(frame, "bleu", "chrf")]

    assert found == [pytest.approx(bleu, abs=1e-9), pytest.approx(chrf, abs=1e-9)]


def test_a_wmt17_system_beside_sacrebleu_itself(real_data):
    said, wanted = translations(real_data, "uedin-nmt.4722")

    found = [one.metric.total(one.statistics) for one in measured(answers(*zip(said, wanted, strict=True)), *ORACLES)]

    theirs = [oracle.corpus_score(said, [wanted]).score for oracle in ORACLES.values()]
    assert found == [pytest.approx(score, abs=1e-9) for score in theirs]


SMALL = [
    pytest.param(["the cat sat on the mat"], [["the cat sat on a mat"]], id="close"),
    pytest.param(["a"], [["b"]], id="nothing shared"),
    pytest.param(["the cat"], [["the cat"]], id="too short for four words"),
    pytest.param(["x y z w v", "a b c"], [["x y q w v"], ["a b c d e f"]], id="smoothed, with a penalty"),
    pytest.param(["the cat sat down here"], [["a cat sat down here", "the cat sat there now"]], id="two references"),
    pytest.param(
        ["the cat sat down", "so it is, here"],
        [["the cat lay down", "a cat sat down"], ["so it was here"]],
        id="one or two",
    ),
]


@pytest.mark.parametrize("name", list(ORACLES))
@pytest.mark.parametrize(("said", "wanted"), SMALL)
def test_small_corpora(name, said, wanted):
    widest = max(map(len, wanted))
    streams = [[row[place] if place < len(row) else None for row in wanted] for place in range(widest)]

    found = value(answers(*zip(said, wanted, strict=True)), name)

    assert found == pytest.approx(ORACLES[name].corpus_score(said, streams).score, abs=1e-9)


@pytest.mark.parametrize("name", list(ORACLES))
def test_the_signature_holds_what_sacrebleus_says(name):
    oracle = ORACLES[name]
    oracle.corpus_score(["a b"], [["a b"]])
    theirs = set(oracle.get_signature().format().split("|"))

    ours = scored(answers(("a b", "a b")), name).signatures[0].split("|")

    assert theirs <= set(ours)


def test_letter_case_on_request():
    assert value(answers(("THE CAT SAT DOWN", "the cat sat down")), "bleu", lowercase=True) == pytest.approx(100)


@pytest.mark.parametrize(
    ("reference", "tokenizer"), [("the cat", "13a"), ("猫坐在垫子上。", "zh"), ("Der Bär schläft", "13a")]
)
def test_the_tokenizer_follows_the_script(reference, tokenizer):
    assert f"tok:{tokenizer}" in scored(answers(("a", reference)), "bleu").signatures[0]


def test_chinese_is_not_one_word():
    said, wanted = "猫坐在垫子上。", "猫坐在毯子上。"

    assert value(answers((said, wanted)), "bleu") == pytest.approx(
        BLEU(tokenize="zh").corpus_score([said], [[wanted]]).score
    )


@pytest.mark.parametrize(("reference", "language"), [("ねこがすわる", "Japanese"), ("고양이가 앉다", "Korean")])
def test_a_language_whose_tokenizer_is_missing_asks(reference, language, monkeypatch):
    monkeypatch.setattr("evalkit.metrics.text.bleu.find_spec", lambda _: None)

    with pytest.raises(ConfigError, match=language) as error:
        scored(answers(("a", reference)), "bleu")

    assert "bleu.tokenize=char" in str(error.value)


@pytest.mark.parametrize(("tokenizer", "extra"), [("ja-mecab", "sacrebleu[ja]"), ("ko-mecab", "sacrebleu[ko]")])
def test_a_tokenizer_that_is_asked_for_and_missing_says_what_to_install(tokenizer, extra, monkeypatch):
    monkeypatch.setattr("evalkit.metrics.text.bleu.find_spec", lambda _: None)

    with pytest.raises(ConfigError, match=f"'{tokenizer}' is not installed") as error:
        scored(answers(("a", "the cat")), "bleu", tokenize=tokenizer)

    assert extra in str(error.value)


def test_perplexity_is_of_the_corpus():
    frame = answers(
        (None, "abcd"), (None, "é é"), (None, "none"), log_likelihood=[-4.0, -6.0, None], scored_tokens=[2.0, 4.0, None]
    )

    assert value(frame, "perplexity:bits_per_byte") == pytest.approx(10 / (4 + 5) / math.log(2))
    assert value(frame, "perplexity:token") == pytest.approx(math.exp(10 / 6))
    assert value(frame, "perplexity:word") == pytest.approx(math.exp(10 / 3))
    assert scored(frame, "perplexity:token").scores[0].reasons == {"no_logprobs": 1}


def test_perplexity_that_is_too_large_is_said_and_what_to_take():
    """A Chinese text is one word, of some 900 nats here; e to the power of it is beyond a double, which ends at 709."""
    frame = answers((None, "字" * 300), (None, "a b"), log_likelihood=[-900.0, -2.0], scored_tokens=[300.0, 2.0])
    result = scored(frame, "perplexity:word", "perplexity:token", "perplexity:bits_per_byte")
    found = [one.metric.warnings(frame) for one in result.measured]

    assert [score.value for score in result.scores] == [
        None,
        pytest.approx(math.exp(902 / 302)),
        pytest.approx(902 / 903 / math.log(2)),
    ]
    assert result.scores[0].interval is None
    assert found[0][0].startswith("perplexity:word of 1 of 2 rows is too large to be computed with")
    assert "perplexity:bits_per_byte has a value" in found[0][0]
    assert found[1:] == [[], []]


def test_log_probabilities_of_two_kinds_are_not_summed():
    frame = answers(
        (None, "a"),
        (None, "b"),
        log_likelihood=[-1.0, -1.0],
        scored_tokens=[1.0, 1.0],
        conditions=["bos:yes", "bos:no"],
    )

    with pytest.raises(InputError, match="taken in different ways"):
        scored(frame, "perplexity:token")
