"""The folders that a run writes: the same bytes for the same run, and nothing of how it was trained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")
ROOT = Path(__file__).resolve().parents[3]


def test_an_adapter_is_the_same_bytes_whatever_python_hashes_by(project, tmp_path):
    """Oracle: two processes of other seeds for hashes, which order sets otherwise."""
    toml = project(training={"steps": 1}, evaluation={}, data={"validation": []})
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "thresher", "train", str(toml), "--out", str(tmp_path / seed), "--quiet"]
        given = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([*command, "--no-report"], check=True, env=given, capture_output=True)

    for file in ("adapter/adapter_config.json", "adapter/adapter_model.safetensors", "manifest.json"):
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes(), file
    settings = json.loads((tmp_path / "1" / "adapter" / "adapter_config.json").read_bytes())
    assert settings["target_modules"] == sorted(settings["target_modules"])
    assert len(settings["target_modules"]) == 2 * 7  # of two layers


def test_a_tuned_model_is_configured_as_its_base(thresher, project, tiny, tmp_path):
    """Oracle: the base's own file; serving wants the cache that training has no use for."""
    toml = project(adapter={"kind": "full"}, training={"learning_rate": 1e-3, "steps": 1})
    ran = thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report")

    assert ran.code == 0, ran.err
    theirs = json.loads((tiny / "config.json").read_bytes())
    ours = json.loads((tmp_path / "out" / "model" / "config.json").read_bytes())
    assert {name: (one, ours.get(name)) for name, one in theirs.items() if ours.get(name) != one} == {}
    assert ours["use_cache"] is True
