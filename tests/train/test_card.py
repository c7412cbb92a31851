"""The model card's front matter, read by a YAML parser, and its texts, which may be called anything."""

from __future__ import annotations

import pytest
import yaml

from train.card import card
from train.config import TrainConfig

SHA256 = "0123456789abcdef" * 4


@pytest.mark.parametrize("name", ["org/model-1", "models/a: b # c", 'say "yes" \\ [no]', "- x", "null", "é\n---\nx: y"])
def test_names_are_what_they_are(name):
    config = TrainConfig.model_validate({"model": {"path": "model"}, "data": {"train": ["train.jsonl"]}})
    stats = {
        "model": {"name": name, "sha256": SHA256},
        "rehearsal_rows": 0,
        "rows": 10,
        "steps": 4,
        "steps_done": 4,
        "tokens_seen": 1200,
        "trained_tokens_seen": 600,
        "best_step": 4,
        "stopped": {"detail": "all steps were done"},
        "base_eval_loss": 2.0,
        "eval_loss": None,
        "loss": 1.5,
        "base_suites": {"facts | `x`": 0.25},
        "suites": {},
    }
    manifest = {"inputs": [{"path": "train.jsonl", "rows": 10, "sha256": SHA256}], "config": {"seed": 0}}

    _, front, text = card(config, manifest, stats).split("---\n", 2)

    assert yaml.safe_load(front) == {"base_model": name, "library_name": "peft", "tags": ["lora", "thresher"]}
    assert "| suite facts \\| \\`x\\` | 0.2500 |  |" in text
    assert text.count("\n---") == 0
