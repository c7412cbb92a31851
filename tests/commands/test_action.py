"""``action.yml``: its steps run in a shell, as GitHub's runner does with composite actions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]  # what `shell: bash` stands for


@pytest.fixture
def run(tmp_path):
    """Return a function from the inputs to the finished step ``thresher`` and the code that it puts out."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    door = bin_folder / "thresher"
    door.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT / "thresher.py"} "$@"\n')
    door.chmod(0o755)
    (tmp_path / "good.jsonl").write_text('{"prompt": "Hi?", "completion": "Hello."}\n')
    (tmp_path / "bad.jsonl").write_text('{"prompt": "Hi?", "completion": "Hello."}\n{"prompt": "Hi?"\n')

    def runs(**given):
        step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "thresher")
        inputs = {name: asked.get("default", "") for name, asked in ACTION["inputs"].items()} | given
        own = {name: _value(text, inputs) for name, text in step["env"].items()}
        output = tmp_path / "output"
        env = os.environ | own | {"GITHUB_OUTPUT": str(output), "PATH": f"{bin_folder}:{os.environ['PATH']}"}
        done = subprocess.run([*BASH, step["run"]], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        return done, output.read_text().strip() if output.exists() else ""

    return runs


def _value(text, inputs):
    return inputs[text.removeprefix("${{ inputs.").removesuffix(" }}")]


def test_clean_data_pass(run):
    done, told = run(command="check good.jsonl")

    assert (done.returncode, told) == (0, "exit-code=0"), done.stderr


def test_a_fault_fails_the_job_at_its_line(run):
    done, told = run(command="check bad.jsonl --format github")

    assert (done.returncode, told) == (1, "exit-code=1")
    assert "::error file=bad.jsonl,line=2" in done.stdout


@pytest.mark.parametrize(
    "more",
    ["| tee faults.txt", "\necho done", "--format json | tee faults.txt\ncat faults.txt"],
    ids=["pipe", "line", "both"],
)
def test_what_follows_the_command_hides_no_fault(run, more):
    """Oracle: the code of the command alone, which is that of the same words in a step of the workflow's own."""
    done, told = run(command=f"check bad.jsonl {more}")

    assert (done.returncode, told) == (1, "exit-code=1")


def test_several_commands_all_run_where_all_pass(run):
    done, told = run(command="check good.jsonl | tee faults.txt\necho done")

    assert (done.returncode, told, done.stdout.splitlines()[-1]) == (0, "exit-code=0", "done")


@pytest.mark.parametrize(("meaning", "code"), [("fail", 3), ("warn", 0)])
def test_an_inconclusive_verdict_is_what_the_workflow_says(run, tmp_path, meaning, code):
    (tmp_path / "bin" / "thresher").write_text("#!/bin/sh\nexit 3\n")

    done, told = run(command="gate new --baseline old --limits gate.toml", inconclusive=meaning)

    assert (done.returncode, told) == (code, "exit-code=3")
    assert ("::warning::" in done.stdout) == (meaning == "warn")


def test_a_word_that_is_none_of_the_choices_is_named(run):
    done, _ = run(command="check good.jsonl", inconclusive="ignore")

    assert done.returncode == 2
    assert "inconclusive is 'ignore'; it is fail or warn" in done.stdout


def test_every_step_takes_its_inputs_by_the_environment():
    assert all("${{" not in step.get("run", "") for step in ACTION["runs"]["steps"])
