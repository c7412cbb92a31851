"""``thresher init``: starter files that load, and that name every setting there is."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from curate.core.run.mistakes import model_in
from curate.core.run.settings import validate
from curate.core.run.version import version
from curate.curation.config import CurateConfig, load_config, make_steps
from evalkit.suites import SUITES

ROOT = Path(__file__).parents[2]
STARTER = (ROOT / "curate" / "starter" / "curate.toml").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "curate" / "curation" / "curate.schema.json").read_bytes())
TURNED_ON = re.sub(r"^( *)#(?=\w+ =|\[|\{)", r"\1", STARTER, flags=re.MULTILINE)


def settings(model):
    """Yield (table, name) of each setting of a model and of the tables inside it."""
    for name, field in model.model_fields.items():
        yield model, name
        inner = model_in(field.annotation)
        if inner is not None:
            yield from settings(inner)


def test_files_are_written_and_said(thresher, tmp_path):
    told = thresher("init", tmp_path / "new")
    names = sorted(str(path.relative_to(tmp_path / "new")) for path in (tmp_path / "new").rglob("*") if path.is_file())

    assert told.code == 0
    tables = ["augment.toml", "curate.toml", "eval.toml", "gate.toml", "train.toml"]
    assert names == [".github/workflows/data.yml", ".gitignore", *tables]
    assert told.out.count("wrote ") == 7
    assert "clean/" in (tmp_path / "new" / ".gitignore").read_text().splitlines()


def test_the_workflow_checks_and_curates(thresher, tmp_path):
    thresher("init", tmp_path)
    workflow = (tmp_path / ".github" / "workflows" / "data.yml").read_text()

    assert "thresher check raw/ --format github" in workflow
    assert "thresher curate curate.toml --out clean --strict" in workflow
    assert "@VERSION@" not in workflow
    assert f"github.com/OWNER/thresher@v{version()}" in workflow  # no index has the package: a bare name is another's


def test_a_file_that_exists_is_left_alone(thresher, tmp_path):
    (tmp_path / ".gitignore").write_text("mine\n")
    first = thresher("init", tmp_path)
    written = (tmp_path / "curate.toml").read_bytes()
    second = thresher("init", tmp_path)

    assert f"left alone {tmp_path / '.gitignore'}, which exists" in first.out
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert (second.code, second.out.count("which exists"), second.out.count("wrote")) == (0, 7, 0)
    assert (tmp_path / "curate.toml").read_bytes() == written


def test_a_file_in_the_way_is_an_error(thresher, tmp_path):
    (tmp_path / "new").write_text("x")

    assert thresher("init", tmp_path / "new").code == 2


def test_the_starter_configuration_runs(thresher, tmp_path, jsonl):
    thresher("init", tmp_path)
    jsonl([{"prompt": "How deep is the lake?", "completion": "Eleven metres."}], "raw/rows.jsonl")

    assert thresher("curate", tmp_path / "curate.toml", "--out", tmp_path / "clean", "--quiet").code == 0


def turn_on(path):
    path.write_text(re.sub(r"^#(?=\w+ = |\[)", "", path.read_text(), flags=re.MULTILINE))


def test_the_starters_of_an_evaluation_run_from_the_first_run_to_a_verdict(thresher, tmp_path, jsonl):
    thresher("init", tmp_path)
    rows = [
        {"id": f"q{n}", "prompt": f"{n} and one?", "reference": str(n + 1), "prediction": str(n + 1)}
        for n in range(200)
    ]
    jsonl(rows, "clean/test.jsonl")
    jsonl(rows, "answers.jsonl")
    evaluation, limits = tmp_path / "eval.toml", tmp_path / "gate.toml"

    assert thresher("eval", evaluation, "--out", tmp_path / "eval").code == 0
    run, accepted = tmp_path / "eval/run", tmp_path / "baseline.jsonl"
    assert thresher("gate", run, "--baseline", run, "--limits", limits, "--accept", accepted).code == 0
    evaluation.write_text(re.sub(r"#(?=\[gate|limits =|baseline =)", "", evaluation.read_text()))
    assert thresher("eval", evaluation, "--out", tmp_path / "again").code == 0
    assert json.loads((tmp_path / "again/gate/verdict.json").read_text())["verdict"] == "pass"


def test_the_plan_that_the_starter_of_the_rules_names_is_made(thresher, tmp_path, jsonl):
    thresher("init", tmp_path)
    rows = [
        {"id": f"q{n}", "prompt": f"{n}?", "reference": "yes", "prediction": "yes" if n % 3 else "no"}
        for n in range(60)
    ]
    thresher("score", jsonl(rows), "--metrics", "token_f1", "--out", tmp_path / "run")
    (line,) = re.findall(r"thresher (gate --plan .*)", (tmp_path / "gate.toml").read_text())
    places = {"RUN": tmp_path / "run", "gate.toml": tmp_path / "gate.toml"}
    ran = thresher(*(places.get(word, word) for word in line.split()))

    assert (ran.code, "token_f1" in ran.out) == (0, True), ran.err


@pytest.mark.parametrize(("name", "package"), [("eval", "evalkit/eval"), ("gate", "evalkit/gate")])
def test_every_setting_of_an_evaluation_that_is_off_fits_its_schema(thresher, tmp_path, name, package):
    thresher("init", tmp_path)
    path = tmp_path / f"{name}.toml"
    schema = jsonschema_rs.validator_for(json.loads((ROOT / package / f"{name}.schema.json").read_bytes()))
    texts = [path.read_text()]
    turn_on(path)

    assert [schema.is_valid(tomllib.loads(text)) for text in [*texts, path.read_text()]] == [True, True]


def test_the_starter_of_an_evaluation_names_suites_that_there_are(thresher, tmp_path):
    thresher("init", tmp_path)
    turn_on(tmp_path / "eval.toml")

    assert set(tomllib.loads((tmp_path / "eval.toml").read_text())["suites"]["names"]) <= set(SUITES)


@pytest.mark.parametrize("command", ["curate", "eval", "train", "augment"])
def test_a_mistake_leads_to_init_which_writes_such_a_file(thresher, tmp_path, command):
    path = tmp_path / f"{command}.toml"
    path.write_text("nonsense = 1\n")
    told = thresher(command, path, "--out", tmp_path / "out")

    assert told.code == 2
    assert "thresher init writes a commented example" in told.err
    assert "hint: " in told.err


def test_the_starter_changes_nothing_but_the_split(tmp_path):
    (tmp_path / "curate.toml").write_text(STARTER)
    config = load_config(tmp_path / "curate.toml", [])
    plain = validate(CurateConfig, {"input": {"files": ["raw"]}, "split": {"validation": 0.05, "test": 0.05}}, "")

    assert make_steps(config) == make_steps(plain)
    assert config.model_copy(update={"defaults": {}}) == plain


def test_every_setting_stands_in_the_starter():
    written = set(re.findall(r"(\w+) =", STARTER)) | set(re.findall(r"^#?\[+([\w.]+)\]", STARTER, re.MULTILINE))
    names = {name for _, name in settings(CurateConfig)}

    assert names - written - {part.split(".")[0] for part in written} == set()


def test_every_setting_that_is_off_loads_when_it_is_turned_on():
    config = validate(CurateConfig, tomllib.loads(TURNED_ON), "the starter")

    assert make_steps(config)
    assert config.input.files[-1].map == {"prompt": "question", "completion": "reply"}


@pytest.mark.parametrize("name", ["id", "max_line_bytes", "similarity", "max_rows", "min_kept", "records", "profile"])
def test_a_default_that_the_starter_shows_is_the_default(name):
    shown = tomllib.loads(re.search(rf"^#?({name} = .*)$", STARTER, re.MULTILINE)[1])[name]
    model = next(model for model, field in settings(CurateConfig) if field == name)

    assert shown == model.model_fields[name].default


def test_the_schema_is_current(thresher):
    assert thresher("init", "--schema").json == SCHEMA


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        pytest.param(STARTER, True, id="the starter"),
        pytest.param(TURNED_ON, True, id="the starter with everything on"),
        pytest.param((ROOT / "curate" / "demo" / "curate.toml").read_text(), True, id="the demo"),
        pytest.param('[input]\nfiles = ["a"]\n[[steps]]\nuse = "length"\nmin = 3', False, id="a misspelt setting"),
        pytest.param('[input]\nfiles = ["a"]\n[[steps]]\nmin_chars = 3', False, id="a step without a name"),
        pytest.param('[input]\nfiles = ["a"]\n[[steps]]\nuse = "theirs"\nmin = 3', True, id="another package's step"),
        pytest.param('[input]\nfiles = ["a"]\n[defaults.length]\nmax_chars = 0', False, id="out of bounds"),
        pytest.param("seed = 7", False, id="no input"),
    ],
)
def test_the_schema_judges_as_the_model_does(text, valid):
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(tomllib.loads(text)) is valid


def test_the_page_is_current_and_tells_every_setting(thresher):
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) | set(re.findall(r"^## \[(\w+)", page, re.MULTILINE))

    assert thresher("init", "--markdown").out == page
    assert {name for _, name in settings(CurateConfig)} - told == set()


def test_every_setting_says_what_it_is():
    untold = [
        name
        for model, name in settings(CurateConfig)
        if not model.model_fields[name].description and model_in(model.model_fields[name].annotation) is None
    ]

    assert untold == []
