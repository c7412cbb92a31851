"""What `thresher train` and `thresher merge` must not take in silence, each refused with its value and its place."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.conftest import chat
from tests.evalkit.local.conftest import make_tokenizer
from tests.train.models.conftest import HELD, ROWS

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")


@pytest.fixture
def trained(thresher, project, tmp_path):
    """Return the folder of an adapter."""
    ran = thresher("train", project(), "--out", tmp_path / "first", "--quiet", "--no-report")
    assert ran.code == 0, ran.err
    return tmp_path / "first" / "adapter"


def test_a_target_that_no_module_is_called_is_refused_though_others_are_there(thresher, project, tmp_path):
    """PEFT trains the others, and says nothing."""
    ran = thresher("train", project(adapter={"targets": ["q_proj", "k_prj"]}), "--out", tmp_path / "out")

    assert ran.code == 2
    assert "has no module 'k_prj'; did you mean 'k_proj'?" in ran.err
    assert (
        "hint: its linear layers are down_proj, gate_proj, k_proj, lm_head, o_proj, q_proj, up_proj, v_proj" in ran.err
    )


def test_rows_for_validation_must_not_be_trained_on(thresher, project, jsonl, tmp_path):
    toml = project()
    jsonl([*HELD, ROWS[3]], "validation.jsonl")
    ran = thresher("train", toml, "--out", tmp_path / "out")

    assert ran.code == 1
    assert "train.jsonl:4: it stands in" in ran.err


@pytest.mark.parametrize("data", ['run = "clean"', 'train = ["clean/train.jsonl"]'], ids=["the run", "its file"])
def test_a_curation_runs_own_test_rows_must_not_be_trained_on(thresher, project, jsonl, tmp_path, data):
    path, rows = project(), jsonl([chat(f"{at} squared", f"It is {at * at}.") for at in range(40)], "raw.jsonl")
    curate, clean = tmp_path / "curate.toml", tmp_path / "clean"
    curate.write_text(f'steps = []\n[input]\nfiles = ["{rows}"]\n[split]\ntrain = 0.8\ntest = 0.2\n')
    assert thresher("curate", curate, "--out", clean, "--no-report").code == 0
    leaked = (clean / "test.jsonl").read_bytes().splitlines(keepends=True)[0]
    (clean / "train.jsonl").write_bytes((clean / "train.jsonl").read_bytes() + leaked)
    given = 'train = ["train.jsonl"]\nvalidation = ["validation.jsonl"]'
    path.write_text(path.read_text().replace(given, data))

    ran = thresher("train", path, "--dry-run")

    assert ran.code == 1, ran.err
    assert f"it stands in {clean / 'test.jsonl'}" in ran.err
    assert "train.jsonl is not as its curation run wrote it" in ran.err


def test_a_dry_run_that_a_guard_refuses_prints_its_findings_as_json(thresher, project, jsonl):
    toml = project()
    jsonl(ROWS[:3], "train.jsonl")
    ran = thresher("train", toml, "--dry-run", "--json")

    assert ran.code == 1
    assert (ran.json["rows"], ran.json["counts"]["errors"]) == (3, 1)
    assert [one["code"] for one in ran.json["findings"] if one["severity"] == "error"] == ["too_few_rows"]


@pytest.mark.parametrize("rows", [None, "empty.jsonl"], ids=["no file", "an empty file"])
def test_patience_without_rows_for_validation_is_told(thresher, project, tmp_path, rows):
    (tmp_path / "empty.jsonl").touch()
    toml = project(data={"validation": [rows] if rows else []}, evaluation={"patience": 2})
    ran = thresher("train", toml, "--dry-run", "--json")

    assert ran.code == 0, ran.err
    assert "patience_unused" in [one["code"] for one in ran.json["findings"]]
    assert "patience_unused" not in thresher("train", project(evaluation={"patience": 2}), "--dry-run", "--json").out


def test_validation_without_an_answer_measures_nothing(thresher, project, jsonl, tmp_path):
    """A loss of 0 over no token would be the lowest there is."""
    toml = project()
    path = jsonl([{"messages": [{"role": "user", "content": "Hi"}]}], "validation.jsonl")
    ran = thresher("train", toml, "--out", tmp_path / "out")

    assert ran.code == 1
    assert f"{path}:1: it has no assistant turn" in ran.err


@pytest.mark.parametrize("where", ["train.jsonl", "validation.jsonl"])
def test_a_token_that_the_model_has_no_embedding_for_is_told_by_its_row(
    thresher, project, tiny, jsonl, tmp_path, where
):
    """Of a row for validation too: it would be looked up at the first evaluation."""
    from transformers import AutoTokenizer

    shutil.copytree(tiny, tmp_path / "grown")
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    tokenizer.add_tokens(["flibbertigibbet"])
    tokenizer.save_pretrained(tmp_path / "grown")
    toml = project(model={"path": "grown"})
    rows = {"train.jsonl": ROWS, "validation.jsonl": HELD}[where]
    path = jsonl([*rows, chat("Hi", "a flibbertigibbet")], where)
    ran = thresher("train", toml, "--out", tmp_path / "out", "--quiet")

    assert ran.code == 1, ran.err
    assert f"{path}:{len(rows) + 1}: token 300 is beyond the model's embedding of 300" in ran.err


def test_few_general_rows_are_told_and_do_not_hide_few_rows_of_the_task(thresher, project, jsonl, tmp_path):
    jsonl([chat(f"general {at}", f"one {at}") for at in range(20)], "general.jsonl")
    general = {"rehearsal.file": "general.jsonl"}
    ran = thresher("train", project(data=general | {"rehearsal.share": 0.5}), "--out", tmp_path / "out", "--quiet")
    assert ran.code == 0, ran.err
    assert "20 general rows are 45.5% of all: the share that is asked for takes 24" in ran.err
    assert "Trained on 44 rows (20 of them general ones)" in (tmp_path / "out" / "README.md").read_text()

    toml = project(data=general | {"rehearsal.share": 0.7})
    jsonl(ROWS[:9], "train.jsonl")
    ran = thresher("train", toml, "--out", tmp_path / "other", "--quiet")
    assert (ran.code, "9 rows; the fewest is 10" in ran.err) == (1, True)


def test_an_adapter_has_its_parents_shape_and_says_so(thresher, project, trained, tmp_path):
    parent = {"parent": "first/adapter", "version": "0.2.0"}
    refused = thresher("train", project(adapter=parent | {"rank": 64}), "--out", tmp_path / "out")
    assert (refused.code, "[adapter] rank = 64, but the parent first/adapter has 4" in refused.err) == (2, True)

    toml = project(adapter=parent)
    toml.write_text(toml.read_text().replace("rank = 4\n", "").replace("alpha = 8\n", ""))
    assert thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report").code == 0
    assert "A LoRA adapter of rank 4 on" in (tmp_path / "out" / "README.md").read_text()
    told = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["config"]["adapter"]
    assert (told["rank"], told["alpha"]) == (4, 8)
    assert set(told["targets"]) == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def test_all_linear_layers_are_those_of_the_parent_or_it_is_refused(thresher, project, trained, tmp_path):
    from safetensors.torch import load_file, save_file

    asked = {"parent": "first/adapter", "targets": "all-linear", "version": "0.2.0"}
    ran = thresher("train", project(adapter=asked), "--out", tmp_path / "second", "--quiet", "--no-report")
    assert ran.code == 0, ran.err

    narrow = thresher("train", project(adapter={"targets": ["q_proj"]}), "--out", tmp_path / "narrow", "--no-report")
    assert narrow.code == 0, narrow.err
    asked["parent"] = str(tmp_path / "narrow" / "adapter")
    refused = thresher("train", project(adapter=asked), "--out", tmp_path / "third")
    assert refused.code == 2
    assert "leaves out down_proj, gate_proj, k_proj, o_proj, up_proj, v_proj in " in refused.err
    assert "hint: leave targets out" in refused.err

    settings = trained / "adapter_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"exclude_modules": ["q_proj"]}))
    tensors = load_file(trained / "adapter_model.safetensors")
    kept = {name: one for name, one in tensors.items() if "q_proj" not in name}
    save_file(kept, trained / "adapter_model.safetensors", {"format": "pt"})
    refused = thresher("train", project(adapter=asked | {"parent": "first/adapter"}), "--out", tmp_path / "fourth")
    assert (refused.code, "leaves out q_proj in " in refused.err) == (2, True), refused.err


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        pytest.param("adapter_config.json", b"{", "adapter_config.json cannot be read", id="its settings"),
        pytest.param("adapter_model.safetensors", b"abc", "does not fit", id="its weights"),
    ],
)
def test_a_damaged_adapter_is_named(thresher, trained, tiny, project, tmp_path, file, content, told):
    (trained / file).write_bytes(content)
    merged = thresher("merge", trained, "--base", tiny, "--out", tmp_path / "merged")
    grown = thresher("train", project(adapter={"parent": "first/adapter"}), "--out", tmp_path / "out", "--quiet")

    assert (merged.code, told in merged.err) == (2, True), merged.err
    assert (grown.code, told in grown.err) == (2, True), grown.err


def test_a_plus_in_the_path_of_an_adapter_is_no_border(thresher, trained, tiny, tmp_path):
    moved = shutil.copytree(trained, tmp_path / "a+b" / "adapter")
    ran = thresher("merge", moved, "--base", tiny, "--out", tmp_path / "merged", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["logits_apart"] < 1e-5


def test_an_adapter_that_rounding_swallows_is_not_merged(thresher, project, tiny, tmp_path):
    toml = project(training={"learning_rate": 1e-9})
    thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report")
    ran = thresher("merge", tmp_path / "out" / "adapter", "--base", tiny, "--out", tmp_path / "merged")

    assert (ran.code, "float32 loses the adapter in rounding: it moves logits by" in ran.err) == (1, True), ran.err


def test_a_model_that_lacks_a_weight_is_refused(thresher, project, tiny, tmp_path):
    """Transformers draw it at random, and go on."""
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny, tmp_path / "holed")
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    ran = thresher("train", project(model={"path": "holed"}), "--out", tmp_path / "out")

    assert ran.code == 2
    assert "holed lacks 1 of its weights: model.layers.1.mlp.up_proj.weight" in ran.err


def test_many_findings_of_a_kind_are_told_by_the_first(thresher, project, jsonl, tmp_path):
    toml = project(data={"max_tokens": 32}, training={"steps": 1})
    jsonl([chat(f"number {at}", "the cat sat " * 20) for at in range(30)], "train.jsonl")
    ran = thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report")

    assert ran.err.count("tokens are cut") == 5
    assert "  and 25 more of truncated: thresher preflight --json has them all" in ran.err
    assert ran.err.count("hint: raise max_tokens") == 1


def test_training_asks_the_guards_that_a_preflight_asks(thresher, project, tiny, tmp_path):
    """The tiny model's template ends answers in another token than the model stops at."""
    told = "answers are trained to end in <|end|>, but the served model stops at </s>"

    assert told in thresher("preflight", tmp_path / "train.jsonl", "--tokenizer", tiny).out
    assert told in thresher("train", project(), "--dry-run").err


@pytest.mark.parametrize(
    ("tables", "code", "told"),
    [
        pytest.param({"model": {"path": "nowhere"}}, 2, "there is no folder", id="no model"),
        pytest.param({"data": {"train": ["nowhere.jsonl"]}}, 2, "nowhere.jsonl", id="no data"),
        pytest.param(
            {"adapter": {"targets": ["no_such_layer"]}}, 2, "has no module 'no_such_layer'", id="no such target"
        ),
        pytest.param({"adapter": {"targets": ["norm"]}}, 2, "targets do not fit", id="a target that is no layer"),
        pytest.param({"evaluation": {"suites": ["aritmetic"]}}, 2, "did you mean 'arithmetic'", id="no such suite"),
        pytest.param({"training": {"learning_rat": 1}}, 2, "did you mean 'learning_rate'", id="no such setting"),
        pytest.param({"adapter": {"rank": 0}}, 2, "thresher train --markdown tells every setting", id="no such rank"),
        pytest.param({"model": {"device": "cuda"}}, 2, "there is no device 'cuda' here", id="no such device"),
        pytest.param({"model": {"device": "meta"}}, 2, "there is no device 'meta' here", id="a device without numbers"),
        pytest.param({"training": {"learning_rate": 1e30}}, 1, "loss_not_finite", id="numbers leave the range"),
        pytest.param({"data": {"test": ["train.jsonl"]}}, 1, "nothing was trained", id="test rows among the trained"),
    ],
)
def test_what_cannot_be_or_must_not_be_trained_says_so(thresher, project, tmp_path, tables, code, told):
    if tables.get("model", {}).get("device") and torch.cuda.is_available():
        pytest.skip("there is such a device here")
    ran = thresher("train", project(**tables), "--out", tmp_path / "out", "--quiet", "--no-report")

    assert ran.code == code, ran.err
    assert told in ran.err + ran.out


def test_a_model_without_the_usual_attention_is_told_which_to_name(thresher, project, tmp_path):
    """Bloom has none of torch's own; merging an adapter of it needs no setting."""
    from transformers import BloomConfig, BloomForCausalLM

    torch.manual_seed(0)
    config = BloomConfig(vocab_size=300, hidden_size=32, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=1)
    BloomForCausalLM(config).save_pretrained(tmp_path / "bloom")
    make_tokenizer(tmp_path / "bloom")
    asked = {"training": {"steps": 2, "learning_rate": 1e-2}}
    ran = thresher("train", project(model={"path": "bloom"}, **asked), "--out", tmp_path / "out", "--quiet")
    assert (ran.code, 'hint: [model] attention = "eager"' in ran.err) == (2, True), ran.err

    toml = project(model={"path": "bloom", "attention": "eager"}, **asked)
    ran = thresher("train", toml, "--out", tmp_path / "out", "--quiet", "--no-report")
    assert ran.code == 0, ran.err
    adapter = tmp_path / "out" / "adapter"
    merged = thresher("merge", adapter, "--base", tmp_path / "bloom", "--out", tmp_path / "merged")
    assert merged.code == 0, merged.err


def test_a_model_whose_logits_are_no_numbers_is_not_told_to_leak(thresher, project, tiny, tmp_path):
    """One column of NaN, as DoRA on a head tied to an embedding of zeros has it."""
    from transformers import LlamaForCausalLM

    folder = shutil.copytree(tiny, tmp_path / "broken")
    model = LlamaForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        model.lm_head.weight[7] = float("nan")
    model.save_pretrained(folder)
    ran = thresher("train", project(model={"path": "broken"}), "--out", tmp_path / "out", "--quiet", "--no-report")

    assert (ran.code, "not_finite" in ran.out) == (1, True), ran.err
    assert "answers with logits that are no numbers (NaN)" in ran.err
    assert "see each other" not in ran.err


def test_a_model_of_another_kind_is_refused(thresher, project, tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertForMaskedLM"]}))
    ran = thresher("train", project(model={"path": "bert"}), "--out", tmp_path / "out")

    assert (ran.code, "bert is no causal language model: it is a BertForMaskedLM" in ran.err) == (2, True)
