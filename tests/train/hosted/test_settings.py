"""The table ``[hosted]``: its key stays secret, a dry run sends nothing, mistakes are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.train.hosted.server import KEY
from train.hosted.config import HostedTable


def test_the_key_is_in_no_file_and_in_no_error(thresher, endpoint, config, tmp_path):
    endpoint.refuse["POST /files"] = (401, {"error": {"message": f"wrong key {KEY}"}})
    path = config(endpoint)
    told = thresher("train", path, "--out", tmp_path / "out")
    endpoint.refuse.clear()
    thresher("train", path, "--out", tmp_path / "out")
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())

    assert told.code == 2
    assert "wrong key ***" in told.err
    assert endpoint.keys == {f"Bearer {KEY}"}
    assert KEY.encode() not in written


def test_without_the_key_nothing_is_sent(thresher, endpoint, config, tmp_path, monkeypatch):
    monkeypatch.delenv("LOOPBACK_KEY")
    told = thresher("train", config(endpoint), "--out", tmp_path / "out")

    assert (told.code, "LOOPBACK_KEY is not set" in told.err, endpoint.asked) == (2, True, [])


def test_openais_key_goes_to_no_other_endpoint(thresher, endpoint, tmp_path, config, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path = config(endpoint)
    path.write_text(path.read_text().replace('api_key_env = "LOOPBACK_KEY"\n', ""))
    told = thresher("train", path, "--out", tmp_path / "out")

    assert told.code == 0, told.err
    assert endpoint.keys == {None}


def test_a_dry_run_sends_nothing(thresher, endpoint, config, tmp_path):
    told = thresher("train", config(endpoint, epochs=3), "--dry-run", "--json")

    assert told.code == 0, told.err
    assert told.json["files"]["train"]["rows"] == 12
    assert told.json["job"]["method"]["supervised"]["hyperparameters"]["n_epochs"] == 3
    assert endpoint.asked == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"api_key_env": "sk-123"}, "hosted.api_key_env is no name", id="a key where its variable belongs"),
        pytest.param(
            {"base_url": "http://me:pw@host/v1"}, "hosted.base_url holds more", id="a password in the address"
        ),
        pytest.param({"base_url": "http://127.0.0.1:9/v1"}, "cannot be reached", id="nobody listens"),
        pytest.param({"beta": 0.1}, 'beta goes with method = "dpo"', id="beta without dpo"),
        pytest.param({"extra": {"model": "x"}}, "extra: model cannot stand here", id="a field that the driver sets"),
        pytest.param({"epoch": 3}, "did you mean 'epochs'?", id="a misspelt setting"),
        pytest.param({"data": 'train = ["no.jsonl"]'}, "no.jsonl is not there", id="a missing file"),
        pytest.param(
            {"data": 'run = "clean"\ntrain = ["train.jsonl"]'}, "run (a curation run) or train", id="two sources"
        ),
    ],
)
def test_mistakes_are_told(thresher, endpoint, config, tmp_path, change, said):
    data = change.pop("data", 'train = ["train.jsonl"]')
    path = config(endpoint, data=data, **change)
    if "extra" in change:
        path.write_text(path.read_text().replace('extra = {"model": "x"}', 'extra = { model = "x" }'))
    told = thresher("train", path, "--out", tmp_path / "out")

    assert told.code == 2
    assert said in told.err
    assert "sk-123" not in told.err


def test_the_page_has_every_setting():
    page = (Path(__file__).parents[3] / "docs" / "hosted.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(HostedTable.model_fields)
