"""The page of a training run."""

from __future__ import annotations

import json

import pytest

from tests.reports.trained import lines_of, preview, trained


@pytest.fixture
def reported(thresher, page, tmp_path):
    """Return the page of a run that is written as asked."""

    def report(*flags: str, code: int = 0, **changes):
        out = tmp_path / "report.html"
        ran = thresher("report", trained(tmp_path, **changes), "--output", out, "-q", *flags)
        assert ran.code == code, ran.err
        return page(out)

    return report


def test_the_verdict_says_how_the_validation_loss_moved_and_which_weights_stay(reported):
    text = reported().text

    assert "training of tickets 1.2.0 Validation loss fell from 2.200 to 1.300" in text
    assert "120 rows have 6,000 tokens, of which 25.0% are trained." in text
    assert "The weights kept are those of step 4, of 6." in text
    assert "It ended: 6 steps are done." in text


def test_the_curves_are_there_with_the_best_step_marked(reported):
    seen = reported()

    for title in ("Loss per trained token", "Learning rate", "Gradient norm", "Tokens a second"):
        assert title in seen.text
    assert "best step 4" in seen.text
    assert "validation: from 2.2 at step 0 to 1.4 at 6; lowest 1.3 at 4, highest 2.2 at 0." in seen.text
    assert "steptrainingvalidation 0–2.2 12– 21.51.6 31.2–" in seen.text


def test_tokens_a_second_are_those_of_each_step(reported):
    text = reported(times={"steps": [{"tokens": 100, "seconds": 0.5}, {"tokens": 900, "seconds": 1.0}]}).text

    assert "steptokens/s 5200 6900" in text  # a run that went on made the last two steps


def test_rows_tokens_and_the_mask_are_told(reported):
    text = reported(times={"peak_memory_bytes": 3 << 30}).text

    assert "of them trained1,50025.00%" in text
    assert "truncated rows32.50%" in text
    assert "3 rows (2.5%) were cut at max_tokens, and lost 90 tokens that would be trained." in text
    assert "Row 1 of 1: 5 of 14 tokens trained What is a heron?A wading bird." in text
    assert "memory3,072 MiB at most" in text
    assert "arithmetic50.00%40.00%−10.00 pp" in text
    assert "arithmetic fell from 50.00% to 40.00%." in text


def test_trained_tokens_are_marked(reported):
    html = reported().html

    assert 'What is a heron?<mark class="trained">A wading bird.</mark>' in html


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"stopped": {"reason": "loss_not_finite", "detail": "the loss of step 6 is nan", "step": 6}},
            "Stopped by a guard: loss_not_finite",
            id="a guard",
        ),
        pytest.param({"eval_loss": 2.5, "lines": lines_of(held={0: 2.2, 4: 2.5})}, "Validation loss rose", id="worse"),
        pytest.param(
            {"eval_loss": None, "base_eval_loss": None, "best_step": 6, "lines": lines_of(held={})},
            "Trained for 6 steps, held against no validation rows",
            id="nothing to hold it against",
        ),
        pytest.param({"lines": [], "base_eval_loss": None, "best_step": 0}, "No step was made", id="no step"),
    ],
)
def test_headlines(reported, changes, told):
    assert told in reported(**changes).text


def test_suites_are_drawn_along_the_run(reported):
    text = reported(lines=lines_of(suites={"arithmetic": 0.5, "facts": 0.25})).text

    assert "General abilities along the run" in text
    assert "steparithmeticfacts 050%25%" in text


def test_a_run_of_an_endpoint_has_no_stats(thresher, page, tmp_path):
    run = trained(tmp_path, lines=[{"step": 1, "loss": 2.5}, {"step": 2, "loss": 1.25, "eval_loss": 1.5}])
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["outputs"] = [one for one in manifest["outputs"] if one["path"] != "stats.json"]
    manifest["model"], manifest["adapter"] = {"name": "ft:small:1", "base": "small"}, {}
    (run / "manifest.json").write_text(json.dumps(manifest))
    (run / "stats.json").unlink()

    thresher("report", run, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "training of ft:small:1 Trained for 2 steps" in text
    assert "An endpoint trained this model, and tells nothing of tokens." in text


def test_a_value_that_was_not_measured_leaves_a_gap(reported):
    text = reported(lines=[*lines_of(), {"step": 7, "loss": None}, {"step": 8, "loss": 1.0}]).text

    assert "training: from 2 at step 1 to 1 at 8" in text


def test_many_steps_are_thinned_and_the_first_and_last_stay(reported):
    seen = reported(lines=lines_of([5 - step / 2_500 for step in range(10_000)], {}))

    assert len(seen.html) < 200_000
    assert "from 5 at step 1 to 1 at 10,000" in seen.text


def test_a_spike_among_many_steps_is_seen_and_the_means_are_called_so(reported):
    """Oracle: the one spike is the highest value, so that the shade around the line reaches the top of the chart's scale."""
    seen = reported(lines=lines_of([20.0 if step == 4_321 else 1.0 for step in range(6_000)], {}))

    assert "Loss per trained token (means of 21 values, shaded from lowest to highest)" in seen.text
    band = next(told["d"] for told in seen.named("path") if told["class"] == "band second")
    assert min(float(point.split(" ")[1]) for point in band[1:].split(" L")) == 28


def test_a_short_run_is_drawn_as_it_was(reported):
    seen = reported()

    assert "means of" not in seen.text
    assert not [told for told in seen.named("path") if "band" in told["class"]]


def test_a_changed_log_is_refused(thresher, tmp_path):
    run = trained(tmp_path)
    (run / "log.jsonl").write_text("{}\n")

    ran = thresher("report", run, "--output", tmp_path / "report.html")

    assert ran.code == 2
    assert "was changed" in ran.err


def test_the_same_run_gives_the_same_bytes_anywhere(thresher, tmp_path):
    pages = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        out = tmp_path / f"{place}.html"
        thresher("report", trained(tmp_path / place), "--output", out, "-q")
        pages.append(out.read_bytes())

    assert pages[0] == pages[1]


def test_without_text_the_mask_is_counts_and_findings_are_codes(reported):
    finding = {
        "code": "rewritten_answer",
        "severity": "warning",
        "message": "'xyzzyq' became 'b'",
        "hint": "h",
        "place": "rows.jsonl:3",
    }
    html = reported("--no-text", preview=preview("xyzzyq?", "xyzzyq."), findings=[finding]).html

    assert "xyzzyq" not in html
    assert "rewritten_answer" in html
    assert '<span>9 tokens</span> <mark class="trained">5 tokens</mark>' in html
