"""``thresher preflight``: the guards on data alone, by exit codes and by what is printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.conftest import chat
from tests.train import families
from tests.train.families import byte_level

ROWS = [chat("Hi there", f"Hello! {at}") for at in range(600)]


@pytest.fixture
def tokenizer(tmp_path):
    """Write a folder with a tokenizer, and the two things that a model's configuration says of it."""
    pytest.importorskip("transformers", reason="transformers is not installed: make models")

    def write(template=families.CHATML, *, vocabulary=600, window=100):
        folder = tmp_path / "model"
        byte_level(template, eos="<|im_end|>").save_pretrained(folder)
        told = {"vocab_size": vocabulary, "max_position_embeddings": window}
        (folder / "config.json").write_text(json.dumps(told))
        return folder

    return write


def test_sound_rows(thresher, jsonl, tokenizer):
    ran = thresher("preflight", jsonl(ROWS), "--tokenizer", tokenizer())

    assert ran.code == 0
    assert ran.out.splitlines()[0].startswith("rows    600: ")
    assert "labels  by the prefix rule" in ran.out
    assert "  + Hello! 0<|im_end|>" in ran.out
    assert "  · ↵" in ran.out
    assert ran.out.count("tokens are trained") == 3
    assert ran.out.rstrip().endswith("0 errors, 0 warnings")
    assert "\x1b" not in ran.out


def test_rows_are_not_cut_beyond_what_the_model_sees(thresher, jsonl, tokenizer):
    """As ``thresher train`` has it; what the model sees is fine, and so is any limit where the folder says none."""
    path, folder = jsonl(ROWS), tokenizer(window=100)
    ran = thresher("preflight", path, "--tokenizer", folder, "--max-tokens", 101)
    assert (ran.code, "--max-tokens 101 is more than" in ran.err, "can see: 100" in ran.err) == (2, True, True)
    assert "hint: --max-tokens 100" in ran.err

    assert thresher("preflight", path, "--tokenizer", folder, "--max-tokens", 100).code == 0
    (folder / "config.json").unlink()
    assert thresher("preflight", path, "--tokenizer", folder, "--max-tokens", 101).code == 0


def test_errors_are_exit_1_each_with_its_place(thresher, jsonl, tokenizer):
    path = jsonl([*ROWS, {"messages": [{"role": "user", "content": "Hi"}]}])
    ran = thresher("preflight", path, "--tokenizer", tokenizer())

    assert ran.code == 1
    assert f"{path}:601: it has no assistant turn" in ran.out
    assert 'hint: leave the row out: thresher curate drops such rows where [check] drop = ["no_assistant"]' in ran.out
    assert ran.out.rstrip().endswith("1 error, 0 warnings: not ready to train")


def test_json_has_every_finding_and_the_masks(thresher, jsonl, tokenizer):
    path = jsonl([{"messages": [{"role": "user", "content": "Hi"}], "id": "silent"}, *ROWS])
    ran = thresher("preflight", path, "--tokenizer", tokenizer(), "--json")

    assert ran.code == 1
    assert ran.json["counts"] == {"errors": 1, "warnings": 0, "by_code": {"no_trained_token": 1}}
    (finding,) = ran.json["findings"]
    assert finding | {"hint": "", "message": ""} == {
        "code": "no_trained_token", "severity": "error", "file": path.as_posix(), "line": 1, "id": "silent",
        "message": "", "hint": "",
    }  # fmt: skip
    assert [ran.json[name] for name in ("rows", "max_tokens", "truncated", "mask_source")] == [601, 100, 0, "prefix"]
    last = ran.json["preview"][-1]
    assert [(piece["text"], piece["trained"]) for piece in last][1:] == [
        ("Hello! 599<|im_end|>", True), ("\n", False),
    ]  # fmt: skip
    assert ran.json["trained_tokens"] < ran.json["tokens"]


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_no_text_leaves_texts_out(thresher, jsonl, tokenizer, form):
    ran = thresher("preflight", jsonl(ROWS), "--tokenizer", tokenizer(), "--no-text", *form)

    assert ran.code == 0
    assert "Hello" not in ran.out


def test_the_limit_is_what_the_model_sees_or_what_is_said(thresher, jsonl, tokenizer):
    path, folder = jsonl([chat("Hi", "Hello! " * 60)] * 500), tokenizer()

    def seen(*options):
        told = thresher("preflight", path, "--tokenizer", folder, "--json", *options).json
        return told["max_tokens"], told["truncated"]

    assert seen() == (100, 500)
    assert seen("--max-tokens", 60) == (60, 500)
    tokenizer(window=2000)
    assert seen("--max-tokens", 1000) == (1000, 0)


def test_another_template(thresher, jsonl, tokenizer, tmp_path):
    other = tmp_path / "marked.jinja"
    other.write_text(families.MARKED)
    ran = thresher("preflight", jsonl(ROWS), "--tokenizer", tokenizer(), "--template", other, "--json")

    assert ran.code == 0
    assert ran.json["mask_source"] == "generation marks"
    assert ran.json["counts"]["by_code"] == {"template_differs": 1}


@pytest.mark.parametrize("whose", ["the tokenizer's own", "another"])
def test_a_broken_template_is_one_error_with_its_line(thresher, jsonl, tokenizer, tmp_path, whose):
    folder, broken = tokenizer(), "{% for m in messages %}\n{{ m.content }\n{% endfor %}"
    path = tmp_path / "train.jinja" if whose == "another" else folder / "chat_template.jinja"
    path.write_text(broken)
    options = ["--template", path] if whose == "another" else []
    ran = thresher("preflight", jsonl(ROWS), "--tokenizer", folder, *options)

    assert ran.code == 2
    assert "the chat template is broken in its line 2: unexpected '}'" in ran.err


def test_a_test_file(thresher, jsonl, tokenizer):
    test = jsonl([chat("Hi there", "Hello! 7")], "test.jsonl")
    ran = thresher("preflight", jsonl([ROWS[7]] * 500), "--tokenizer", tokenizer(), "--test", test, "--json")

    assert (ran.code, ran.json["counts"]["by_code"]) == (1, {"test_row_in_training": 500})


def test_the_splits_of_a_curation_run_are_found(thresher, jsonl, tokenizer, tmp_path):
    rows = [
        chat(f"What is {at} and {at + 1}?", f"It is {2 * at + 1}, as every schoolchild can tell.") for at in range(700)
    ]
    config = tmp_path / "curate.toml"
    config.write_text(
        f'steps = []\n[input]\nfiles = ["{jsonl(rows)}"]\n[split]\ntrain = 0.8\nvalidation = 0.1\ntest = 0.1\n'
    )
    assert thresher("curate", config, "--out", tmp_path / "clean").code == 0
    folder, train = tokenizer(), tmp_path / "clean" / "train.jsonl"
    assert thresher("preflight", train, "--tokenizer", folder).code == 0
    assert (
        thresher("preflight", tmp_path / "clean", "--tokenizer", folder).out
        == thresher("preflight", train, "--tokenizer", folder).out
    )

    leaked = (tmp_path / "clean" / "test.jsonl").read_bytes().splitlines(keepends=True)[0]
    train.write_bytes(train.read_bytes() + leaked)
    ran = thresher("preflight", train, "--tokenizer", folder, "--json")

    assert ran.code == 1
    assert ran.json["counts"]["by_code"] == {"changed_since_curation": 1, "test_row_in_training": 1}


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")], ids=" before ".join)
def test_several_curation_runs_are_each_held_against_their_own_splits(thresher, jsonl, tokenizer, tmp_path, order):
    for name in order:
        rows = [chat(f"What is {at} in {name}?", f"It is {at * at}, says the {name} book.") for at in range(40)]
        config = tmp_path / "curate.toml"
        config.write_text(f'steps = []\n[input]\nfiles = ["{jsonl(rows)}"]\n[split]\ntrain = 0.8\ntest = 0.2\n')
        assert thresher("curate", config, "--out", tmp_path / name, "--no-report").code == 0
    leaked = (tmp_path / "second" / "test.jsonl").read_bytes().splitlines(keepends=True)[0]
    train = tmp_path / "second" / "train.jsonl"
    train.write_bytes(train.read_bytes() + leaked)

    ran = thresher("preflight", *(tmp_path / name for name in order), "--tokenizer", tokenizer(), "--json")

    assert (ran.code, ran.json["counts"]["by_code"]) == (
        1, {"changed_since_curation": 1, "test_row_in_training": 1, "too_few_rows": 1}
    )  # fmt: skip
    places = {one["code"]: one["file"] for one in ran.json["findings"] if one["file"]}
    assert places == {"test_row_in_training": train.as_posix()}


def test_a_curation_run_of_several_layouts_and_names(thresher, jsonl, tokenizer, tmp_path):
    said = [(f"What is {at} and {at + 1}?", f"It is {2 * at + 1}, as every schoolchild can tell.") for at in range(900)]
    chats = jsonl([chat(*pair) for pair in said[:300]], "chats.jsonl")
    named = jsonl([{"question": asked, "reply": reply} for asked, reply in said[300:600]], "named.jsonl")
    pairs = jsonl([{"instruction": asked, "output": reply} for asked, reply in said[600:]], "pairs.jsonl")
    config = tmp_path / "curate.toml"
    config.write_text(
        f'steps = []\n[input]\nfiles = ["{chats}", "{pairs}", {{ path = "{named}", map = {{ prompt = "question", completion = "reply" }} }}]\n'
        "[split]\ntrain = 0.8\nvalidation = 0.2\n"
    )
    assert thresher("curate", config, "--out", tmp_path / "clean").code == 0

    ran = thresher("preflight", tmp_path / "clean", "--tokenizer", tokenizer(), "--json")

    assert (ran.code, ran.json["counts"]["by_code"]) == (0, {})
    assert ran.json["rows"] > 600


@pytest.mark.parametrize("colour", [True, False])
def test_colour_and_control_characters(jsonl, colour):
    pytest.importorskip("transformers", reason="transformers is not installed: make models")
    from train.data.rows import read_rows
    from train.masking.encoder import Encoder
    from train.preview import as_lines, preview

    encoder = Encoder(byte_level(families.PHI), None, 1000)
    made = encoder.encode(read_rows([jsonl([chat("Hi\x1b[31m", "Hello\u202e\t" + "x" * 500)])]))
    lines = as_lines(preview(made, encoder.tokenizer), colour=colour)

    assert "".join(lines).count("\x1b") == (4 if colour else 0)
    assert "Hi�[31m" in lines[1]
    assert "Hello�⇥xxx" in lines[2]
    assert " … xxx" in lines[2]
    assert len(lines[2]) < 300


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        pytest.param(["no.jsonl", "--tokenizer", "MODEL"], "there is no file", id="no data"),
        pytest.param(["ROWS", "--tokenizer", "nowhere"], "there is no folder nowhere", id="no tokenizer"),
        pytest.param(["ROWS", "--tokenizer", "EMPTY"], "has no tokenizer that can be read", id="a folder without one"),
        pytest.param(["ROWS", "--tokenizer", "MODEL", "--template", "no.jinja"], "cannot be read", id="no template"),
        pytest.param(["ROWS", "--tokenizer", "MODEL", "--test", "no.jsonl"], "no.jsonl", id="no test"),
        pytest.param(["ROWS"], "Missing option '--tokenizer'", id="no option"),
        pytest.param(["ROWS", "--tokenizer", "MODEL", "--max-tokens", "0"], "max-tokens", id="a limit of nothing"),
    ],
)
def test_what_cannot_be_read_is_exit_2(thresher, jsonl, tokenizer, tmp_path, options, problem):
    (tmp_path / "empty").mkdir()
    named = {"ROWS": jsonl(ROWS), "MODEL": tokenizer(), "EMPTY": tmp_path / "empty"}
    ran = thresher("preflight", *(named.get(option, option) for option in options))

    assert ran.code == 2
    assert problem in ran.err


def test_from_python(jsonl, tokenizer):
    import thresher

    done = thresher.preflight([jsonl(ROWS)], tokenizer(), train_on="last", max_tokens=90)

    assert (done.errors, done.limit, len(done.examples)) == (0, 90, 600)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"max_tokens": -3}, "max_tokens is -3"),
        ({"train_on": "lats"}, "train_on is 'lats'; did you mean 'last'?"),
    ],
)
def test_from_python_what_would_be_taken_for_something_else_is_refused(jsonl, tokenizer, asked, problem):
    import thresher
    from curate.core.run.errors import ConfigError

    with pytest.raises(ConfigError, match=re.escape(problem)):
        thresher.preflight([jsonl(ROWS)], tokenizer(), **asked)


def test_without_transformers_it_says_what_to_install(thresher, jsonl, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    ran = thresher("preflight", jsonl(ROWS), "--tokenizer", "anywhere")

    assert ran.code == 2
    assert "pip install transformers tokenizers" in ran.err


def test_torch_is_not_needed(jsonl, tokenizer):
    """An environment without torch, made by hiding it: transformers imports it by itself where it is there."""
    program = (
        "import sys; from importlib import util; found = util.find_spec; "
        "util.find_spec = lambda name, *rest: None if name == 'torch' else found(name, *rest); "
        "import thresher; from curate.core.command.door import run; "
        "sys.exit(run(sys.argv[1:]) or ('torch' in sys.modules) * 9)"
    )
    command = [sys.executable, "-c", program, "preflight", jsonl(ROWS), "--tokenizer", tokenizer()]
    ran = subprocess.run(command, capture_output=True, check=False)

    assert ran.returncode == 0, ran.stderr.decode()
    assert ran.stderr == b""
