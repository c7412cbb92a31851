"""The page of a scored run, and of runs beside each other."""

from __future__ import annotations

import json

import pytest

from tests.evalkit.gate.runs import right, scored
from tests.reports.test_hostile import HIDDEN, HOSTILE


def test_metrics_have_intervals_signatures_and_what_is_unscored(thresher, page, tmp_path):
    """Oracle: Wilson's 95% interval of 60 in 80 is 64.52 to 83.19%."""
    rows = [*right([0] * 20 + [1] * 60), {"id": "lost", "prediction": None, "reference": "yes", "prompt": "q"}]
    run = scored(tmp_path, "run", rows, "exact_match,length:words")

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "exact_match: 75.00% 95% interval 64.52 to 83.19%, on 80 rows." in text
    assert "exact_match|norm:raw|v:1|ci:wilson" in text
    assert "1 row (1.2%) could not be scored by exact_match" in text
    assert "no_predictionThe row has no prediction.11.23%" in text


def test_a_value_without_an_interval_has_a_dash(thresher, page, tmp_path):
    run = scored(tmp_path, "run", [{"id": "1", "prediction": "abc"}], "length")

    assert thresher("report", run, "--output", tmp_path / "report.html", "-q").code == 0
    assert thresher("compare", run, run, "--json").json["metrics"][0]["base"] == 3.0
    assert "length|of:characters|v:1|ci:bca_or_t,1000,seed:03–10" in page(tmp_path / "report.html").text


def test_a_fall_of_millions(thresher, page, tmp_path):
    def run(name, seconds):
        rows = [{"id": str(n), "prediction": "a", "usage": {"seconds": seconds + n}} for n in range(30)]
        return scored(tmp_path, name, rows, "latency")

    ran = thresher("report", run("old", 5_000_000), run("new", 1_000_000), "--output", tmp_path / "r.html", "-q")

    assert ran.code == 0
    assert "−4,000,000" in page(tmp_path / "r.html").text


@pytest.mark.parametrize(
    ("metrics", "row", "told"),
    [
        pytest.param(
            "accuracy",
            lambda n: {"prediction": ("ham", "spam", "?")[n % 3], "reference": ("ham", "spam")[n % 2]},
            ("Confusion matrix", "10 of 30 rows have the wanted label", "hamspam533.33%", "10 answers are no label."),
            id="labels",
        ),
        pytest.param(
            "json_schema",
            lambda n: {
                "prediction": json.dumps({"people": "two" if n < 9 else 2}),
                "reference": '{"people": 2}',
                "schema": {"properties": {"people": {"type": "integer"}}},
            },
            ("Errors of JSON", "/peopletype99"),
            id="JSON by pointer and keyword",
        ),
        pytest.param(
            "json_fields:f1",
            lambda n: {"prediction": '{"a": 1, "b": 3}', "reference": '{"a": 1, "b": 2}'},
            ("Fields", "/a100.0%100.0%100.0%30", "/b0.0%0.0%0.0%30"),
            id="JSON by field",
        ),
        pytest.param(
            "choice",
            lambda n: {
                "choices": ["x", "y"],
                "gold": int(n < 12),
                "choice_logprobs": {"sums": [-0.1, -2.0], "conditions": "bos:yes"},
                "prediction": "x",
            },
            ("Calibration", "expected calibration error 26.99 pp", "80% to 90%3086.99%60.00%"),
            id="calibration",
        ),
        pytest.param(
            "exact_match",
            lambda n: {
                "prediction": "a",
                "reference": "a",
                "usage": {"completion_tokens": 7, "seconds": 0.5 + n / 29, "cost": 0.01},
            },
            ("seconds0.55 s1.00 s1.45 s1.00 s30.00 s30", "tokens777721030", "cost0.0100"),
            id="latency and cost",
        ),
    ],
)
def test_what_metrics_say_beside_their_number(thresher, page, tmp_path, metrics, row, told):
    """Oracle of the calibration: softmax of (-0.1, -2.0) is 0.8699, of which 18 in 30 are right."""
    rows = [{"id": f"r{n}", "prompt": f"question {n}", **row(n)} for n in range(30)]
    run = scored(tmp_path, "run", rows, metrics)

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    for words in told:
        assert words in text


def test_empty_parts_say_what_would_fill_them(thresher, page, tmp_path):
    run = scored(tmp_path, "run", right([1, 0]))

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    for words in (
        "accuracy and f1 have a confusion matrix",
        "thresher score --slice FIELD",
        "thresher predict records",
    ):
        assert words in text


def test_slices_stand_the_worst_first(thresher, page, tmp_path):
    rows = right([1] * 30 + [0] * 10, slices=lambda n: {"language": "de" if n >= 20 else "en"})
    run = scored(tmp_path, "run", rows)

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert text.index("all rows75.00%") < text.index("language=de50.00%") < text.index("language=en100.00%")


def test_texts_that_are_gone_or_changed_are_said(thresher, page, tmp_path):
    run = scored(tmp_path, "run", right([1, 0]))
    (tmp_path / "run.jsonl").write_text((tmp_path / "run.jsonl").read_text().replace("question", "puzzle"))
    thresher("report", run, "--output", tmp_path / "changed.html", "-q")
    (tmp_path / "run.jsonl").unlink()
    thresher("report", run, "--output", tmp_path / "gone.html", "-q")

    assert "it was changed: the items have no texts here" in page(tmp_path / "changed.html").text
    assert "run.jsonl: the items have no texts here" in page(tmp_path / "gone.html").text


def test_two_runs_are_compared(thresher, page, tmp_path):
    base = scored(tmp_path, "base", right([1] * 80 + [0] * 20))
    new = scored(tmp_path, "new", right([0] * 40 + [1] * 60))

    told = thresher("report", base, new, "--output", tmp_path / "report.html", "--json").json

    assert [(one["kind"], one["headline"]) for one in told["runs"]] == [
        ("comparison", "Worse"),
        ("scores", "exact_match: 80.00%"),
        ("scores", "exact_match: 60.00%"),
    ]
    text = page(tmp_path / "report.html").text
    assert "80.00% → 60.00%" in text
    assert "exact_matchright to wrong, wrong to right4020" in text


def test_a_comparison_is_told_beside_the_runs_and_counts_as_none(thresher, tmp_path):
    runs = [scored(tmp_path, name, right([1, 0])) for name in ("base", "new", "newer")]
    said = [thresher("report", *runs[:n], "--output", tmp_path / "report.html").out for n in (1, 2, 3)]

    told = ["1 run", "2 runs and a comparison", "3 runs and 2 comparisons"]
    assert [one.partition("html: ")[2].partition(",")[0] for one in said] == told


def test_runs_of_other_items_are_not_compared(thresher, tmp_path):
    task = [scored(tmp_path, name, right([1, 0, 1, 1])) for name in ("task_base", "task_new")]
    suite = [
        scored(tmp_path, name, [{**row, "id": f"s{row['id']}"} for row in right([1, 1, 0])])
        for name in ("suite_base", "suite_new")
    ]

    told = thresher("report", *task, *suite, "--output", tmp_path / "report.html", "--json").json

    compared = [(one["base"], one["candidate"]) for one in told["runs"] if one["kind"] == "comparison"]
    assert compared == [(str(task[0]), str(task[1])), (str(suite[0]), str(suite[1]))]


def test_of_many_labels_the_most_confused_have_a_matrix(thresher, page, tmp_path):
    """Oracle: of 22 labels with 10 rows each 20 are taken for the next twice; the last two for another once."""
    rows = []
    for n in range(220):
        label, turn = divmod(n, 10)
        said = (label + 1) % 20 if label < 20 and turn < 2 else {(20, 0): 0, (21, 0): 20}.get((label, turn), label)
        rows.append({"id": f"r{n}", "prompt": f"q{n}", "reference": f"l{label:02}", "prediction": f"l{said:02}"})
    run = scored(tmp_path, "run", rows, "accuracy")

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "Confusion matrix of the 20 labels confused most, of 22" in text
    assert "l07l08220.00%" in text
    assert "other labelsl001100.00%" in text
    assert "l20l20" not in text


def test_runs_without_an_item_in_common_stand_by_the_names_of_their_metrics(thresher, page, tmp_path):
    one = scored(tmp_path, "one", right([1, 0]))
    other = scored(tmp_path, "other", [{**row, "id": f"s{row['id']}"} for row in right([1, 1])], "token_f1,exact_match")

    thresher("report", one, other, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "scores runrowsexact_matchtoken_f1" in text
    assert f"{one}exact_match: 50.00%250.00%–" in text
    assert f"{other}token_f1: 100.00%2100.00%100.00%" in text
    assert "No two of them have an item in common" in text


def test_a_metric_that_scored_no_row_says_so_at_the_top(thresher, page, tmp_path):
    run = scored(tmp_path, "run", [{"id": "a", "prediction": "yes", "prompt": "q"}])

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    assert "scores of run.jsonl exact_match: no row has a score" in page(tmp_path / "report.html").text


def test_a_thousand_rows_fit_a_mail(thresher, tmp_path):
    words = "the quick brown fox jumps over a lazy dog while nine gulls watch the nets being mended at dawn".split()
    rows = [
        {
            "id": f"q{n:04d}",
            "prompt": " ".join(words[(n * k) % 19] for k in range(1, 60)),
            "prediction": " ".join(words[(n + k * k) % 19] for k in range(1, 90)),
            "reference": " ".join(words[(n * 3 + k) % 19] for k in range(1, 90)),
        }
        for n in range(1000)
    ]
    run = scored(tmp_path, "run", rows, "exact_match,token_f1,length:words,repetition")

    told = thresher("report", run, "--output", tmp_path / "report.html", "--json").json

    assert told["bytes"] < 500_000


def test_without_text_no_text_is_there(thresher, tmp_path):
    marker = "xyzzyq"
    rows = [
        {"id": f"r{n}", "prompt": f"{marker} {n}", "prediction": f"{marker}{n % 3}", "reference": f"{marker}{n % 2}"}
        for n in range(20)
    ]
    base, new = (scored(tmp_path, name, rows, "accuracy,json_schema") for name in ("base", "new"))

    thresher("report", base, new, "--no-text", "--output", tmp_path / "report.html", "-q")

    assert marker not in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(thresher, page, tmp_path, text):
    rows = [
        {"id": f"{text}{n}", "prompt": text, "prediction": text, "reference": f"{text}{n % 2}", "slices": {text: text}}
        for n in range(4)
    ]
    base, new = (scored(tmp_path, name, rows, "accuracy,exact_match") for name in ("base", "new"))

    thresher("report", base, new, "--output", tmp_path / "report.html", "-q")

    seen = page(tmp_path / "report.html")
    kinds = [script.get("type") for script in seen.named("script")]
    assert kinds == ["application/octet-stream", None]
    for tag in ("iframe", "object", "embed", "img", "base", "audio", "video"):
        assert not seen.named(tag)
    for tag, attributes in seen.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")], tag
        assert str(attributes.get("href", "#")).startswith(("#", "data:,"))
    assert not seen.oddities
    assert not HIDDEN.search(seen.html)


def test_answers_without_scores_say_what_to_do(thresher, tmp_path, jsonl):
    items = jsonl([{"id": "a", "prompt": "q", "reference": "yes"}], "items.jsonl")
    answers = jsonl([{"id": "a", "prediction": "yes"}], "answers.jsonl")
    thresher("predict", "--data", items, "--model", f"replay:{answers}", "--out", tmp_path / "run", "--quiet")

    ran = thresher("report", tmp_path / "run", "--output", tmp_path / "report.html")

    assert ran.code == 2
    assert "holds answers without scores" in ran.err
