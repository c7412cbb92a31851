"""``thresher train`` on a tiny model: what it writes, what it refuses, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evalkit.local.conftest import make_model
from tests.train.models.conftest import lines

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")
ROOT = Path(__file__).resolve().parents[3]


def test_a_run_writes_an_adapter_and_all_that_tells_of_it(thresher, project, tmp_path):
    out = tmp_path / "out"
    ran = thresher("train", project(), "--out", out, "--quiet", "--json")

    assert ran.code == 0, ran.err
    manifest = json.loads((out / "manifest.json").read_bytes())
    log, stats = lines(out / "log.jsonl"), json.loads((out / "stats.json").read_bytes())
    assert manifest["command"] == "train"
    assert manifest["counts"] == {"in": 24, "added": 0, "kept": 24, "dropped": 0}
    assert [one["path"] for one in manifest["inputs"]] == ["train.jsonl", "validation.jsonl"]
    names = {one["path"] for one in manifest["outputs"]}
    assert {"adapter/adapter_model.safetensors", "adapter/chat_template.jinja", "adapter/thresher.json", "README.md",
            "log.jsonl", "stats.json"} <= names  # fmt: skip
    assert all((out / name).is_file() for name in names)
    assert [one["step"] for one in log] == list(range(stats["steps"] + 1))
    assert set(log[3]) == {"step", "epoch", "loss", "eval_loss", "learning_rate", "grad_norm", "tokens"}
    assert stats["eval_loss"] < stats["base_eval_loss"]
    assert ran.json["stopped"]["reason"] == "steps_done"
    assert [piece["trained"] for piece in stats["preview"][0]] == [False, True]
    assert not list(out.glob("checkpoints*"))
    assert "words 0.1.0" in (out / "README.md").read_text()


def test_the_same_run_twice_gives_the_same_files(thresher, project, tmp_path):
    for name in ("one", "two"):
        thresher("train", project(), "--out", tmp_path / name, "--quiet")

    for file in ("manifest.json", "log.jsonl", "stats.json", "adapter/adapter_model.safetensors"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_an_adapter_answers_otherwise_than_its_base(thresher, project, tiny, jsonl, tmp_path):
    thresher("train", project(training={"epochs": 4}), "--out", tmp_path / "out", "--quiet")
    data = jsonl([{"id": "1", "prompt": "the cat sat on a"}], "ask.jsonl")

    said = []
    for spec in (f"local:{tiny}", f"local:{tiny}+{tmp_path / 'out' / 'adapter'}"):
        ran = thresher("predict", "--data", data, "--model", spec, "--out", tmp_path / "p", "--device", "cpu",
                       "--cache", tmp_path / "c.sqlite", "--max-tokens", 8)  # fmt: skip
        assert ran.code == 0, ran.err
        said.append(lines(tmp_path / "p" / "predictions.jsonl")[0]["prediction"])
    assert said[0] != said[1]


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param({"adapter": {"dora": True}}, id="DoRA"),
        pytest.param({"adapter": {"rslora": True, "targets": ["q_proj", "v_proj"]}}, id="rsLoRA on two targets"),
        pytest.param({"adapter": {"kind": "full"}, "training": {"learning_rate": 1e-3}}, id="all weights"),
        pytest.param({"model": {"dtype": "bfloat16"}}, id="bfloat16"),
        pytest.param({"adapter": {"kind": "full"}, "model": {"dtype": "bfloat16"}}, id="all weights, bfloat16"),
        pytest.param({"training": {"checkpointing": True, "packing": "grouped"}}, id="activations recomputed"),
        pytest.param({"quantisation": {"double": True, "compute": "float32"}}, id="NF4"),
        pytest.param({"quantisation": {"double": False}}, id="NF4 in bfloat16"),
    ],
)
def test_every_kind_of_training_lowers_the_loss(thresher, project, tmp_path, tables):
    if "quantisation" in tables:
        pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed: make models")
    tables["training"] = {"epochs": 3} | tables.get("training", {})
    ran = thresher("train", project(**tables), "--out", tmp_path / "out", "--quiet", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["eval_loss"] < ran.json["base_eval_loss"] - 0.05
    kept = tmp_path / "out" / ("model" if tables.get("adapter", {}).get("kind") == "full" else "adapter")
    assert any(kept.glob("*.safetensors"))


def test_a_dry_run_shows_all_and_writes_nothing(thresher, project, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    ran = thresher("train", project(), "--dry-run")
    told = thresher("train", project(), "--dry-run", "--json").json

    assert ran.code == 0, ran.err
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "train.toml"])
    for word in ("24 rows", "steps", "trainable parameters", "activations", "evaluations", "nothing was written"):
        assert word in ran.out
    assert ran.out.count("tokens are trained") == 3
    memory = told["memory_bytes"]
    assert memory["total"] == sum(size for part, size in memory.items() if part != "total")
    assert told["peak_bytes"] > memory["total"]
    assert memory["adapter"] == 4 * told["trainable_parameters"]
    buffers = 32  # the frequencies of the positions
    assert memory["weights"] == 4 * (told["parameters"] - told["trainable_parameters"]) + buffers


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param({"data": {"train_on": "all"}}, id="all tokens, packed"),
        pytest.param({"training": {"packing": "grouped", "accumulation": 3, "epochs": 2}}, id="a step that is short"),
        pytest.param(
            {"training": {"packing": "random", "batch_rows": 5, "steps": 4}}, id="so many rows, so many steps"
        ),
        pytest.param({"adapter": {"dora": True}}, id="DoRA"),
    ],
)
def test_a_dry_run_tells_what_the_run_then_does(thresher, project, tmp_path, tables):
    """Oracle: the run, its log and its adapter's file."""
    from safetensors.torch import load_file

    toml = project(**tables)
    told = thresher("train", toml, "--dry-run", "--json").json
    done = thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report", "--json").json
    weights = load_file(tmp_path / "out" / "adapter" / "adapter_model.safetensors")

    assert told["steps"] == done["steps_done"] == lines(tmp_path / "out" / "log.jsonl")[-1]["step"]
    assert told["trainable_parameters"] == sum(one.numel() for one in weights.values())
    if told["epochs"] == int(told["epochs"]):
        assert told["tokens"] * told["epochs"] == done["tokens_seen"]
        assert told["trained_tokens"] * told["epochs"] == done["trained_tokens_seen"]


def test_an_adapter_goes_on_from_its_parent_and_from_no_other_bases(thresher, project, tmp_path):
    assert thresher("train", project(), "--out", tmp_path / "first", "--quiet", "--no-report").code == 0
    parent = {"parent": "first/adapter", "version": "0.2.0"}
    ran = thresher("train", project(adapter=parent), "--out", tmp_path / "second", "--quiet", "--json", "--no-report")

    assert ran.code == 0, ran.err
    card = json.loads((tmp_path / "second" / "adapter" / "thresher.json").read_bytes())
    assert (card["version"], card["parent"]["name"], card["parent"]["version"]) == ("0.2.0", "words", "0.1.0")
    first = json.loads((tmp_path / "first" / "stats.json").read_bytes())
    assert ran.json["base_eval_loss"] == pytest.approx(first["eval_loss"], abs=1e-4)

    other = make_model(tmp_path / "other", seed=9)
    ran = thresher("train", project(adapter=parent, model={"path": str(other)}), "--out", tmp_path / "third")
    assert (ran.code, "is an adapter for another base" in ran.err) == (2, True)


@pytest.mark.parametrize(
    "launch",
    [
        pytest.param("torch.distributed.run --standalone --nproc-per-node 2", id="torchrun"),
        pytest.param("accelerate.commands.launch --multi_gpu --num_processes 2", id="accelerate launch"),
    ],
)
def test_two_processes_make_the_steps_of_one(thresher, project, tmp_path, launch):
    """Oracle: one process with twice the accumulation."""
    alone = project(training={"batch_tokens": 64, "accumulation": 2})
    thresher("train", alone, "--out", tmp_path / "alone", "--quiet", "--no-report")
    toml = project(training={"batch_tokens": 64})
    pytest.importorskip(launch.partition(".")[0], reason="it is not installed: make models")
    command = [
        sys.executable,
        "-m",
        *launch.split(),
        str(ROOT / "thresher.py"),
        "train",
        str(toml),
        "--out",
        str(tmp_path / "two"),
        "--no-report",
    ]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"}, timeout=300
    )

    assert ran.returncode == 0, ran.stderr
    one, two = (lines(tmp_path / name / "log.jsonl") for name in ("alone", "two"))
    assert len(one) == len(two) > 3
    for before, after in zip(one, two, strict=True):
        assert before.get("loss") == pytest.approx(after.get("loss"), abs=1e-4)
        assert before.get("eval_loss") == pytest.approx(after.get("eval_loss"), abs=1e-4)


def test_what_comes_next_can_be_run_where_there_is_no_template(thresher, project, jsonl, tmp_path):
    """The lines that train and merge end with, as they are printed."""
    make_model(tmp_path / "bare", template=None)
    toml = project(model={"path": "bare"}, training={"steps": 1})
    items = jsonl([{"id": "1", "prompt": "the cat"}], "items.jsonl")
    trained = thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report")
    merged = thresher("merge", tmp_path / "out" / "adapter", "--base", tmp_path / "bare", "--out", tmp_path / "merged")

    for at, ran in enumerate((trained, merged)):
        assert ran.code == 0, ran.err
        words = ran.out.rpartition("next: thresher ")[2].partition(", and")[0].split()
        given = {"FILE": str(items), "DIR": str(tmp_path / f"said{at}"), "local:bare": f"local:{tmp_path / 'bare'}"}
        asked = [given.get(word, word.replace("local:bare+", f"local:{tmp_path / 'bare'}+")) for word in words]
        assert thresher(*asked, "--cache", tmp_path / "c.sqlite", "--device", "cpu", "--max-tokens", 2).code in (0, 1)
    assert "--template none" in trained.out
