"""``thresher cache``: what is kept, and what goes."""

from __future__ import annotations

import time

import pytest

from curate.core.chat.layers.store import Store

DAY = 86_400


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return a file of three replies: an old one, a fault, and one of another model."""
    path = tmp_path / "chat.sqlite"
    now = time.time()
    with Store(path) as replies:
        for key, model, fault, age in ((b"1", "a", "", 40), (b"2", "a", "refused", 2), (b"3", "b", "", 2)):
            monkeypatch.setattr(time, "time", lambda age=age: now - age * DAY)
            replies.put(key, b"{}", model=model, fault=fault, tokens=(7, 5))
    monkeypatch.undo()
    return path


def test_stats_name_models_and_tokens(thresher, kept):
    ran = thresher("cache", "stats", kept)

    assert ran.code == 0
    assert f"{kept}: 3 replies" in ran.out
    assert "a: 2 replies, 1 of them no answers" in ran.out
    assert "14 prompt and 10 answer tokens that are not paid again" in ran.out


def test_stats_as_json(thresher, kept):
    told = thresher("cache", "stats", kept, "--json").json

    assert [(line["model"], line["replies"], line["faults"]) for line in told["models"]] == [("a", 2, 1), ("b", 1, 0)]


@pytest.mark.parametrize(
    ("flags", "removed"),
    [
        pytest.param(["--all"], 3, id="all"),
        pytest.param(["--older-than", "30"], 1, id="old ones"),
        pytest.param(["--older-than", "0.5"], 3, id="older than half a day"),
        pytest.param(["--model", "a"], 2, id="of a model"),
        pytest.param(["--faults"], 1, id="no answers"),
        pytest.param(["--model", "a", "--older-than", "30"], 1, id="conditions add up"),
        pytest.param(["--model", "c"], 0, id="of a model that is not there"),
    ],
)
def test_prune_removes_what_is_named(thresher, kept, flags, removed):
    dry = thresher("cache", "prune", kept, "--dry-run", *flags)
    done = thresher("cache", "prune", kept, "--json", *flags)

    assert dry.out == f"{removed} replies would go: {kept}\n"
    assert done.json["replies"] == removed
    assert sum(line["replies"] for line in thresher("cache", "stats", kept, "--json").json["models"]) == 3 - removed


def test_prune_wants_to_know_what(thresher, kept):
    ran = thresher("cache", "prune", kept)

    assert ran.code == 2
    assert "nothing says which replies go" in ran.err


def test_the_users_own_file_is_the_default(thresher, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "0 replies" in thresher("cache", "stats").out
    with Store(tmp_path / "thresher" / "chat.sqlite"):
        pass

    assert thresher("cache", "stats").out.startswith(str(tmp_path / "thresher" / "chat.sqlite"))


def test_a_file_that_is_not_there(thresher, tmp_path):
    ran = thresher("cache", "stats", tmp_path / "none.sqlite")

    assert ran.code == 2
    assert "there is no file of replies at" in ran.err
