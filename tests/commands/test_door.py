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


def script(folder: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run lines as a user's program in a folder that stands first on the path, as its own does."""
    (folder / "main.py").write_text(f"import sys; sys.path.append({str(ROOT)!r})\n" + "\n".join(lines))
    command = [sys.executable, str(folder / "main.py")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


MODULES = ("train", "evalkit", "reports")


def test_the_import_leaves_a_users_own_modules_and_their_path_alone(tmp_path):
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(f"mine = 'my {name}'")
    done = script(
        tmp_path,
        "before = [*sys.path]; import thresher; assert sys.path == before",
        f"import {', '.join(MODULES)}; print(train.mine, evalkit.mine, reports.mine)",
    )

    assert (done.stdout, done.stderr) == ("my train my evalkit my reports\n", "")


@pytest.mark.parametrize(
    ("taken", "call"),
    [
        ("train", "preflight('rows.jsonl', 'model')"),
        ("train", "train('train.toml', 'tuned')"),
        ("evalkit", "score('said.jsonl', 'exact_match')"),
        ("evalkit", "compare('old', 'new')"),
    ],
)
def test_another_module_of_a_name_of_ours_is_named(tmp_path, taken, call):
    (tmp_path / f"{taken}.py").touch()
    lines = f"import {taken}, thresher", "try:", f"    thresher.{call}", "except thresher.ThresherError as error:"
    done = script(tmp_path, *lines, "    print(error)")

    assert f"a package {taken!r}, and another is loaded: {tmp_path / taken}.py\n  hint: call your" in done.stdout


def test_another_module_called_curate_is_named_at_the_import(tmp_path):
    (tmp_path / "curate.py").touch()

    assert (
        "thresher has a package 'curate', and another is loaded" in script(tmp_path, "import curate, thresher").stderr
    )
    assert script(tmp_path, "import thresher; print(thresher.curate.__name__)").stdout == "curate\n"


@pytest.mark.parametrize("call", ["preflight('rows.jsonl', 'model')", "score('said.jsonl', 'exact_match')"])
def test_ours_is_loaded_beside_a_users_own_that_is_not(tmp_path, call):
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    lines = "import thresher", "try:", f"    thresher.{call}", "except thresher.ThresherError as error:"

    assert "there is no file" in script(tmp_path, *lines, "    print(error)").stdout


def test_an_interrupt_while_the_door_is_loaded_is_exit_130(tmp_path):
    """Click is the first large thing that is loaded: here it takes an interrupt to load."""
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    done = script(tmp_path, "import thresher; thresher.main()")

    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_an_unknown_command_names_the_nearest(thresher):
    ran = thresher("curat")

    assert ran.code == 2
    assert "did you mean 'curate'?" in ran.err


def test_wrong_usage_is_exit_2(thresher):
    assert thresher("check").code == 2
    assert thresher("curate", "a", "--nope").code == 2


@pytest.mark.parametrize("error", [AssertionError("a bug"), EOFError("data that ends")])
def test_our_bug_is_exit_70_and_says_so(thresher, monkeypatch, jsonl, error):
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("curate.check.judge.Judge.faults", broken)
    ran = thresher("check", jsonl([{"text": " "}]))  # a row that is looked at

    assert ran.code == 70
    assert "this is a bug in thresher" in ran.err


def test_an_interrupt_is_exit_130(thresher, monkeypatch, jsonl):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("curate.check.judge.Judge.faults", interrupted)

    assert thresher("check", jsonl([{"text": " "}])).code == 130
