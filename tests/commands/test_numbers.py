"""Numbers that no file of ours can hold are refused where they are read, in words."""

from __future__ import annotations

import pytest

import thresher as api
from curate.core.run.errors import ConfigError
from tests.conftest import chat

HUGE = 1 << 64
MOST = (1 << 63) - 1


@pytest.fixture
def scored(thresher, tmp_path, jsonl):
    rows = jsonl([{"id": f"q{n}", "prediction": "yes", "reference": "yes"} for n in range(3)])
    assert thresher("score", rows, "--metrics", "exact_match", "--out", tmp_path / "scores").code == 0
    return tmp_path / "scores"


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", "RUN", "--metrics", "exact_match", "--seed", HUGE),
        ("review", "RUN", "--seed", HUGE),
        ("compare", "RUN", "RUN", "--seed", HUGE),
        ("compare", "RUN", "RUN", "--alpha", "nan"),
        ("report", "RUN", "--max-mb", "nan"),
        ("report", "RUN", "--max-mb", "inf"),
        ("leaks", "RUN", "RUN", "--threshold", "nan"),
        ("suites", "--margin", "nan"),
        ("suites", "lists", "--margin", "1e-300", "--output", "items.jsonl"),
        ("suites", "lists", "--discordant", "nan", "--output", "items.jsonl"),
        ("suites", "lists", "--seed", HUGE, "--output", "items.jsonl"),
        ("cache", "prune", "--older-than", "nan"),
        ("cache", "prune", "--older-than", "inf"),
        ("cache", "prune", "--older-than", "1e300"),
        ("predict", "--data", "RUN", "--model", "replay:F", "--out", "o", "--seed", HUGE),
        ("curate", "RUN", "--out", "o", "--limit", HUGE),
    ],
)
def test_options(thresher, scored, arguments):
    ran = thresher(*(scored if one == "RUN" else one for one in arguments))

    assert ran.code == 2
    assert (
        f"Invalid value for '{next(one for one in reversed(arguments) if str(one).startswith('--') and one != '--output')}'"
        in ran.err
    )


@pytest.mark.parametrize("setting", [f"seed={HUGE}", f"seed=-{HUGE}", f"limits.min_kept={HUGE}", f"seed='{HUGE}'"])
def test_settings_of_a_curation(thresher, tmp_path, jsonl, setting):
    rows = jsonl([chat("What is a bird?", "It has feathers.")])
    ran = thresher("curate", rows, "--out", tmp_path / "out", "--set", setting)

    assert ran.code == 2
    assert f"  {setting.partition('=')[0]}: " in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", [MOST, -MOST - 1])
def test_the_largest_seeds_are_seeds(thresher, tmp_path, jsonl, seed):
    rows = jsonl([chat("What is a bird?", "It has feathers.")])

    assert thresher("curate", rows, "--out", tmp_path / "out", "--set", f"seed={seed}").code == 0


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("gate", f'seed = {HUGE}\n[[limits]]\nmetric = "exact_match"\nmin_value = 0.5'),
        ("eval", f'[score]\nmetrics = ["exact_match"]\npredictions = "p.jsonl"\nseed = {HUGE}'),
        ("eval", '[score]\nmetrics = ["bleu"]\npredictions = "p.jsonl"\n[score.settings.bleu]\nx = nan'),
        ("augment", f'seed = {HUGE}\n[input]\nrun = "clean"\n[[steps]]\nuse = "noise"\nrate = 0.1'),
    ],
)
def test_configurations(thresher, scored, tmp_path, command, text):
    config = tmp_path / f"{command}.toml"
    config.write_text(text)
    given = ("gate", scored, "--limits", config) if command == "gate" else (command, config, "--out", tmp_path / "out")
    ran = thresher(*given)

    assert ran.code == 2
    assert str(HUGE) in ran.err or "a finite number is needed (is nan)" in ran.err


def test_from_python(jsonl):
    with pytest.raises(ConfigError, match=r"threshold: .* finite number|threshold: .*less than"):
        api.leaks(jsonl([]), [jsonl([])], threshold=float("nan"))
    with pytest.raises(ConfigError, match="seed: a number of at most 64 bits"):
        api.curate({"seed": HUGE, "input": {"files": ["rows.jsonl"]}}, None)
