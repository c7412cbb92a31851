"""The door: what `--help` costs, which files stand before ours, how errors end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from curate.core.command.table import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def test_help_imports_nothing_heavy():
    code = (
        "import sys, thresher\n"
        "from curate.core.command.door import run\n"
        "assert run(['--help']) == 0\n"
        "heavy = {'polars', 'numpy', 'pydantic', 'jsonschema', 'jinja2', 'orjson', 'torch', 'importlib.metadata'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    assert python(code).stdout.splitlines()[-1] == "loaded: []"


def test_help_names_the_main_road_first(thresher):
    out = thresher("--help").out

    assert [out.index(f"  {name}") for name in COMMANDS] == sorted(out.index(f"  {name}") for name in COMMANDS)
    assert out.index("check") < out.index("curate") < out.index("explain") < out.index("report") < out.index("demo")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(thresher, name):
    ran = thresher(name, "--help")

    assert ran.code == 0
    assert "Usage: thresher" in ran.out


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_users_own_modules_do_not_stand_before_ours(tmp_path, name):
    for module in ("train.py", "curate.py", "evalkit.py"):
        (tmp_path / module).write_text("raise SystemExit('the wrong module')")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    script = Path(sys.executable).with_name("thresher")
    command = (
        [str(script), name, "--help"]
        if script.exists()
        else [sys.executable, str(ROOT / "thresher.py"), name, "--help"]
    )
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": "."}
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_command_names_the_nearest(thresher):
    ran = thresher("curat")

    assert ran.code == 2
    assert "did you mean 'curate'?" in ran.err


def test_wrong_usage_is_exit_2(thresher):
    assert thresher("check").code == 2
    assert thresher("curate", "a", "--nope").code == 2


def test_our_bug_is_exit_70_and_says_so(thresher, monkeypatch, jsonl):
    def broken(*_: object, **__: object) -> None:
        raise AssertionError("a bug")

    monkeypatch.setattr("curate.check.judge.Judge.faults", broken)
    ran = thresher("check", jsonl([{"text": " "}]))  # a row that is looked at

    assert ran.code == 70
    assert "this is a bug in thresher" in ran.err


def test_an_interrupt_is_exit_130(thresher, monkeypatch, jsonl):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("curate.check.judge.Judge.faults", interrupted)

    assert thresher("check", jsonl([{"text": " "}])).code == 130
