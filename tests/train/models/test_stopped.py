"""A run that is stopped, and the folder it leaves: what goes on, what is refused, and what is not ours to touch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.train.models.conftest import lines
from train.packing.batches import epoch_batches

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")
ROOT = Path(__file__).resolve().parents[3]


def test_a_run_that_was_interrupted_goes_on_to_the_same_bytes(thresher, project, tmp_path):
    """Oracle: the run that nobody stopped. The interrupt is a real one, to a process of its own."""
    toml, out = project(training={"epochs": 12, "batch_tokens": 128}, evaluation={"every": 5}), tmp_path / "out"
    thresher("train", toml, "--out", tmp_path / "whole", "--quiet", "--no-report")
    command = [sys.executable, str(ROOT / "thresher.py"), "train", str(toml), "--out", str(out), "--no-report"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"})
    while run.poll() is None and not list(out.glob("checkpoints/step-*")):
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    told = run.communicate(timeout=120)[1].decode()

    assert (run.returncode, told.splitlines()[-1]) == (130, "interrupted")
    assert "--resume goes on with it" in told
    refused = thresher("train", toml, "--out", out)
    assert (refused.code, "holds a run that was stopped after" in refused.err) == (2, True)
    assert thresher("train", toml, "--out", out, "--resume", "--quiet", "--no-report").code == 0
    for file in ("log.jsonl", "stats.json", "adapter/adapter_model.safetensors", "manifest.json"):
        assert (out / file).read_bytes() == (tmp_path / "whole" / file).read_bytes(), file
    assert thresher("train", toml, "--out", out, "--resume", "--json").json["stopped"]["reason"] == "steps_done"
    again = thresher("train", toml, "--out", out, "--resume")
    assert (again.code, "there is nothing to go on with" in again.out) == (0, True)


def test_a_full_disk_is_an_error_that_keeps_the_last_checkpoint(project, tmp_path):
    """Oracle: the operating system's own limit on the size of a file, below that of a checkpoint."""
    toml, out = project(), tmp_path / "out"
    script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); import sys; sys.path.insert(0, {str(ROOT)!r}); import thresher; sys.argv[1:] = ['train', {str(toml)!r}, '--out', {str(out)!r}]; thresher.main()"
    alone = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # a module's bytecode would be cut too, and stay so
    ran = subprocess.run([sys.executable, "-c", script], env=alone, capture_output=True, text=True, check=False)

    assert ran.returncode == 2, ran.stderr
    assert "the disk is full: no checkpoint could be written" in ran.stderr
    assert not (out / "manifest.json").exists()


@pytest.fixture
def interrupted(thresher, project, tmp_path, monkeypatch):
    """Return what makes a run that hears Ctrl-C in its evaluation after a step; it has a checkpoint of that step."""
    from train.loop.loop import Loop

    def make(after, **tables):
        with monkeypatch.context() as patch:
            evaluate = Loop._evaluate

            def heard(self):
                if self.state.step == after:
                    os.kill(os.getpid(), signal.SIGINT)
                evaluate(self)

            patch.setattr(Loop, "_evaluate", heard)
            ran = thresher("train", project(**tables), "--out", tmp_path / "out", "--quiet", "--no-report")
        assert ran.code == 130, ran.err
        return tmp_path / "out"

    return make


EARLY = {
    "training": {"learning_rate": 0.05, "epochs": 6},
    "evaluation": {"every": 1, "patience": 2},
}


@pytest.mark.parametrize("before", [0, 1], ids=["at the evaluation that ends it", "at the one before"])
def test_a_run_that_is_stopped_where_it_ends_early_ends_there_when_it_goes_on(
    thresher, project, tmp_path, interrupted, before
):
    """Oracle: the run that nobody stopped."""
    ran = thresher("train", project(**EARLY), "--out", tmp_path / "whole", "--quiet", "--no-report", "--json")
    assert ran.json["stopped"]["reason"] == "early_stopping"
    out = interrupted(ran.json["stopped"]["step"] - before, **EARLY)

    assert thresher("train", project(**EARLY), "--out", out, "--resume", "--quiet", "--no-report").code == 0
    for file in ("log.jsonl", "stats.json", "adapter/adapter_model.safetensors", "manifest.json"):
        assert (out / file).read_bytes() == (tmp_path / "whole" / file).read_bytes(), file


def test_more_patience_goes_on_where_less_had_ended_it(thresher, project, tmp_path, interrupted):
    ran = thresher("train", project(**EARLY), "--out", tmp_path / "whole", "--quiet", "--no-report", "--json")
    ended = ran.json["stopped"]["step"]
    out = interrupted(ended, **EARLY)
    more = EARLY | {"evaluation": {"every": 1, "patience": 50}}

    ran = thresher("train", project(**more), "--out", out, "--resume", "--quiet", "--no-report", "--json")
    assert ran.json["stopped"]["step"] > ended
    assert len(lines(out / "log.jsonl")) == ran.json["steps_done"] + 1


def test_a_changed_setting_is_named_with_its_values(thresher, project, jsonl, interrupted):
    out = interrupted(3)
    changed = project(adapter={"rank": 8}, training={"learning_rate": 1e-3})
    ran = thresher("train", changed, "--out", out, "--resume")

    assert ran.code == 2
    assert "adapter.rank was 4, is 8\n" in ran.err
    assert "training.learning_rate was 0.005, is 0.001\n" in ran.err
    jsonl([{"text": "another"}], "validation.jsonl")
    assert "data files.validation.jsonl was " in thresher("train", project(), "--out", out, "--resume").err


EVERY_TURN = "{% for m in messages %}{% generation %}{{ m.content }}<|end|>{% endgeneration %}{% endfor %}"
ANSWERS = EVERY_TURN.replace(
    "{% generation %}", "{% if m.role == 'user' %}{{ m.content }}<|end|>{% else %}{% generation %}"
).replace("{% endgeneration %}", "{% endgeneration %}{% endif %}")


def test_a_changed_template_is_another_run_though_its_text_is_the_same(thresher, project, tmp_path, interrupted):
    """The marks say what is trained: from then on the steps would be of other tokens."""
    (tmp_path / "t.jinja").write_text(ANSWERS)
    tables = {"model": {"template": "t.jinja"}}
    out = interrupted(3, **tables)
    (tmp_path / "t.jinja").write_text(EVERY_TURN)
    refused = thresher("train", project(**tables), "--out", out, "--resume")
    (tmp_path / "t.jinja").write_text(ANSWERS)
    again = thresher("train", project(**tables), "--out", out, "--resume", "--quiet", "--no-report")

    assert (refused.code, "is of another run" in refused.err) == (2, True), refused.err
    assert "template was" in refused.err
    assert "train rows.labels was" in refused.err
    assert "train rows.tokens was" not in refused.err
    assert again.code == 0, again.err


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_run_that_a_guard_ended_is_no_success_when_it_is_asked_to_go_on(thresher, project, tmp_path, form):
    toml = project(training={"learning_rate": 1e30})
    codes = [thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report").code]
    again = thresher("train", toml, "--out", tmp_path / "out", "--resume", *form)

    assert [*codes, again.code] == [1, 1], again.err
    assert "loss_not_finite" in again.out


def test_a_whole_run_of_other_settings_or_rows_is_not_the_one_that_is_asked_for(thresher, project, jsonl, tmp_path):
    out = tmp_path / "out"
    assert thresher("train", project(), "--out", out, "--quiet", "--no-report").code == 0
    patient = thresher("train", project(evaluation={"patience": 9}), "--out", out, "--resume")
    assert (patient.code, "there is nothing to go on with" in patient.out) == (0, True), patient.err

    changed = project(training={"learning_rate": 1e-4}, data={"train": ["nothere.jsonl"]})
    other = thresher("train", changed, "--out", out, "--resume")
    assert (other.code, "holds another run, which has ended" in other.err) == (2, True)
    assert "training.learning_rate was 0.005, is 0.0001\n" in other.err
    assert "data.train was ['train.jsonl'], is ['nothere.jsonl']\n" in other.err
    jsonl([{"text": "another"}], "validation.jsonl")
    assert "data files.validation.jsonl was " in thresher("train", project(), "--out", out, "--resume").err
    (tmp_path / "validation.jsonl").unlink()
    assert thresher("train", project(), "--out", out, "--resume").code == 0


def test_a_whole_run_whose_parent_is_gone_is_whole(thresher, project, tmp_path):
    assert thresher("train", project(), "--out", tmp_path / "first", "--quiet", "--no-report").code == 0
    toml = project(adapter={"parent": "first/adapter"})
    assert thresher("train", toml, "--out", tmp_path / "second", "--quiet", "--no-report").code == 0
    (tmp_path / "first").rename(tmp_path / "gone")
    again = thresher("train", toml, "--out", tmp_path / "second", "--resume")

    assert (again.code, "there is nothing to go on with" in again.out) == (0, True), again.err


def test_a_damaged_checkpoint_is_named(thresher, project, interrupted):
    out = interrupted(3)
    (out / "checkpoints" / "step-00000004" / "state.json").write_text("{}")
    ran = thresher("train", project(), "--out", out, "--resume")

    assert (ran.code, "step-00000004 cannot be read: 'state'" in ran.err) == (2, True)


@pytest.mark.parametrize("name", ["other.pt", "step-1000.ckpt"])
def test_a_folder_with_another_tools_checkpoints_is_left_alone(thresher, project, tmp_path, name):
    theirs = tmp_path / "theirs" / "checkpoints"
    theirs.mkdir(parents=True)
    (theirs / name).write_text("x")
    (tmp_path / "theirs" / "README.md").write_text("mine")
    before = sorted((tmp_path / "theirs").rglob("*"))
    ran = thresher("train", project(), "--out", tmp_path / "theirs", "--quiet", "--no-report")

    assert (ran.code, "holds files that no run of ours wrote (README.md, checkpoints)" in ran.err) == (2, True)
    assert sorted((tmp_path / "theirs").rglob("*")) == before
    assert (tmp_path / "theirs" / "README.md").read_text() == "mine"


def test_rows_that_would_follow_each_other_otherwise_are_another_run(thresher, project, interrupted, monkeypatch):
    """As after an update that cuts packs in another way: step 4 would have other rows, some twice and some never."""
    out = interrupted(3)
    monkeypatch.setattr("train.loop.plan.epoch_batches", lambda *of, **how: epoch_batches(*of, **how)[::-1])

    ran = thresher("train", project(), "--out", out, "--resume")

    assert (ran.code, "plan was " in ran.err) == (2, True)
