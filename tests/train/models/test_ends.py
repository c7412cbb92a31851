"""How a run of ``thresher train`` ends that does not end well: interrupted, on a full disk, refused."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")
ROOT = Path(__file__).resolve().parents[3]


def test_a_run_that_was_interrupted_goes_on_to_the_same_bytes(thresher, project, tmp_path):
    """Oracle: the run that nobody stopped. The interrupt is a real one, to a process of its own."""
    toml, out = project(training={"epochs": 12, "batch_tokens": 64}, evaluation={"every": 5}), tmp_path / "out"
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
    again = thresher("train", toml, "--out", out, "--resume")
    assert (again.code, "there is nothing to go on with" in again.out) == (0, True)


def test_a_full_disk_is_an_error_that_keeps_the_last_checkpoint(project, tmp_path):
    """Oracle: the operating system's own limit on the size of a file, below that of a checkpoint."""
    toml, out = project(), tmp_path / "out"
    script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); import sys; sys.path.insert(0, {str(ROOT)!r}); import thresher; sys.argv[1:] = ['train', {str(toml)!r}, '--out', {str(out)!r}]; thresher.main()"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert ran.returncode == 2, ran.stderr
    assert "the disk is full: no checkpoint could be written" in ran.stderr
    assert not (out / "manifest.json").exists()


@pytest.mark.parametrize(
    ("tables", "code", "told"),
    [
        pytest.param({"model": {"path": "nowhere"}}, 2, "there is no folder", id="no model"),
        pytest.param({"data": {"train": ["nowhere.jsonl"]}}, 2, "nowhere.jsonl", id="no data"),
        pytest.param({"adapter": {"targets": ["no_such_layer"]}}, 2, "targets do not fit", id="no such target"),
        pytest.param({"evaluation": {"suites": ["aritmetic"]}}, 2, "did you mean 'arithmetic'", id="no such suite"),
        pytest.param({"training": {"learning_rat": 1}}, 2, "did you mean 'learning_rate'", id="no such setting"),
        pytest.param({"model": {"device": "cuda"}}, 2, "there is no device 'cuda' here", id="no such device"),
        pytest.param({"training": {"learning_rate": 1e30}}, 1, "loss_not_finite", id="numbers leave the range"),
        pytest.param({"data": {"test": ["train.jsonl"]}}, 1, "nothing was trained", id="test rows among the trained"),
    ],
)
def test_what_cannot_be_or_must_not_be_trained_says_so(thresher, project, tmp_path, tables, code, told):
    if tables.get("model", {}).get("device") and torch.cuda.is_available():
        pytest.skip("there is such a device here")
    ran = thresher("train", project(**tables), "--out", tmp_path / "out", "--quiet", "--no-report")

    assert ran.code == code, ran.err
    assert told in ran.err + ran.out


def test_a_model_of_another_kind_is_refused(thresher, project, tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertForMaskedLM"]}))
    ran = thresher("train", project(model={"path": "bert"}), "--out", tmp_path / "out")

    assert (ran.code, "bert is no causal language model: it is a BertForMaskedLM" in ran.err) == (2, True)
