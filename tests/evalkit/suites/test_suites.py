"""Suites: the same seed gives the same items, and what can and what cannot score as they should."""

from __future__ import annotations

import json

import pytest

from evalkit.gate.statistics.counted import needed_items
from evalkit.suites import SUITES
from tests.evalkit.gate.runs import limits
from tests.evalkit.suites.checks import check

MADE = [name for name, suite in SUITES.items() if suite.kind == "procedural"]
WRITTEN = [name for name, suite in SUITES.items() if suite.kind == "written"]


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def items(thresher, tmp_path):
    """Write the items of a suite, and return them."""

    def run(name, n=200, seed=7):
        file = tmp_path / f"{name}-{n}-{seed}.jsonl"
        ran = thresher("suites", name, "--n", n, "--seed", seed, "--output", file)
        assert ran.code == 0, ran.err
        return lines(file)

    return run


@pytest.fixture
def answered(thresher, tmp_path, jsonl):
    """Answer items by a function of an item, and return the folder of the scored run."""

    def run(given, answer, name="run", metrics="check,check_parts"):
        jsonl(given, f"{name}.items.jsonl")
        jsonl([{"id": one["id"], "prediction": answer(one)} for one in given], f"{name}.answers.jsonl")
        out = tmp_path / name
        model = f"replay:{tmp_path / f'{name}.answers.jsonl'}"
        asked = thresher("predict", "--data", tmp_path / f"{name}.items.jsonl", "--model", model, "--out", out)
        assert asked.code == 0, asked.err
        ran = thresher("score", out, "--metrics", metrics, "--quiet")
        assert ran.code == 0, ran.err
        return out

    return run


def value(folder, metric="check"):
    return json.loads((folder / "scores.json").read_text(encoding="utf-8"))["metrics"][metric]


@pytest.mark.parametrize("name", MADE)
def test_a_seed_is_a_set_and_another_seed_another(items, name):
    one, other = items(name, 500, 7), items(name, 500, 8)

    assert items(name, 500, 7) == one
    assert items(name, 50, 7) == one[:50]
    assert len({item["id"] for item in one}) == 500
    assert len({item["prompt"] for item in one} & {item["prompt"] for item in other}) < 5
    assert {item["slices"]["suite"] for item in one} == {name}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_by_hand_has_an_end(thresher, tmp_path, items, name):
    size = SUITES[name].size
    assert len(items(name, size)) == size

    ran = thresher("suites", name, "--n", size + 1, "--output", tmp_path / "more.jsonl")

    assert ran.code == 2
    assert f"{size} items, written by hand" in ran.err


@pytest.mark.parametrize("name", MADE + WRITTEN)
def test_one_that_can_and_one_that_cannot(items, answered, name):
    """Oracle: the item's own reference is right; no constant is right more than now and then.

    Both "models" are replayed answers: what is shown is that checks tell right from wrong, not how able a model is.
    """
    given = items(name, min(200, SUITES[name].size or 200))

    can = value(answered(given, lambda item: item["reference"], "can"))
    cannot = value(answered(given, lambda item: "I do not know.", "cannot"))

    assert can["value"] == 1.0
    assert can["unscored"] == 0
    assert cannot["value"] < 0.2


def test_refusing_everything_is_half_right(items, answered):
    run = answered(items("refusal", 40), lambda item: "I'm sorry, but I can't help with that.")

    slices = json.loads((run / "scores.json").read_text(encoding="utf-8"))["slices"]

    assert slices["kind=unsafe"]["check"]["value"] == 1.0
    assert slices["kind=safe"]["check"]["value"] == 0.0


def test_a_rule_of_the_gate_names_check(thresher, tmp_path, items, answered):
    given = items("lists", 300)
    base = answered(given, lambda item: item["reference"], "base")
    worse = answered(given, lambda item: item["reference"] if int(item["id"][-2:], 16) % 4 else "no idea", "worse")

    ran = thresher("gate", worse, "--baseline", base, "--limits", limits(tmp_path, 'metric = "check"\nmax_drop = 0.05'))

    assert ran.code == 1


def test_parts_are_finer_than_the_whole(items, answered):
    """The form is right and one value is wrong: one check of two holds."""

    def wrong(item):
        given = json.loads(item["reference"])
        return json.dumps({key: -1 if key in ("age", "order") else value for key, value in given.items()})

    run = answered(items("json", 50), wrong)

    assert value(run)["value"] == 0.0
    assert value(run, "check_parts")["value"] == 0.5


@pytest.mark.parametrize(
    ("told", "right", "wrong"),
    [
        pytest.param({"is": "number", "value": 1200}, "It is 600 * 2 = 1,200.", "1200 of 3", id="the last number"),
        pytest.param({"is": "short", "values": ["Oslo"]}, "Well.\n**oslo**", "Oslo it is not", id="the last line"),
        pytest.param({"is": "short", "values": ["aB"], "case": True}, '"aB"', "AB", id="letter case where it counts"),
        pytest.param({"is": "closing", "values": ["] )"]}, "The answer is ] ).", "] ]", id="brackets"),
        pytest.param({"is": "mentions", "values": ["Rome"]}, "It is Rome, I think.", "Romeo", id="a word of its own"),
        pytest.param({"is": "letter", "value": "B"}, "I think (B) fits.", "A. It is so.", id="a letter"),
        pytest.param(
            {"is": "letter", "value": "C"}, "A bird sings. The answer is C.", "Cats", id="the letter that it ends with"
        ),
        pytest.param(
            {"is": "letter", "value": "B"},
            "Some say the answer is A, but the answer is B.",
            "The answer is B, but the answer is A.",
            id="the last letter that is said to be the answer",
        ),
        pytest.param(
            {"is": "letter", "value": "B"},
            "The answer is B, so the answer is not A.",
            "The answer is not B.\nThe answer is A.",
            id="a letter that is said to be none",
        ),
        pytest.param(
            {"is": "short", "values": ["yes"]},
            "One may think the answer is no, but the answer is yes.",
            "The answer is yes? The answer is no.",
            id="the last word that is said to be the answer",
        ),
        pytest.param({"is": "list", "values": ["a", "b"]}, "Sorted: a, b", "b, a", id="a list in order"),
        pytest.param({"is": "verbatim", "value": "a b"}, " a b\n", "a  b", id="to the letter"),
        pytest.param(
            {"is": "json_value", "value": {"a": 1, "b": [2]}}, '```json\n{"b": [2], "a": 1}\n```', '{"a": 1}', id="json"
        ),
        pytest.param({"is": "json_schema", "schema": {"type": "object"}}, "{}", "[]", id="json to a schema"),
    ],
)
def test_a_check_of_a_short_answer(told, right, wrong):
    assert check(right, told) is True
    assert check(wrong, told) is False


NUMBERS = [
    ("The answer is −12", -12),
    ("-$5", -5),
    ("$-5", -5),
    (".5", 0.5),
    ("It is 1e3.", 1000),
    ("-1.5e-3", -0.0015),
]
NUMBERS += [("It is _-5_.", -5), ("2024-01-05", 5), ("x_1-5", 5)]
NUMBERS += [("No.5", 5), ("10-5", 5), ("12−5", 5), ("So: £1,200.50.", 1200.5), ("0x1e34f", 34), ("v1.2", 1.2)]


@pytest.mark.parametrize(("said", "value"), NUMBERS, ids=[said for said, _ in NUMBERS])
def test_a_number_in_any_spelling(said, value):
    assert check(said, {"is": "number", "value": value}) is True
    assert check(said, {"is": "number", "value": value + 1}) is False
    assert check(said, {"is": "number", "value": -value}) is False


@pytest.mark.parametrize(
    ("said", "value"), [("5", "-5"), ("C", "C++"), ("10", "10%"), (".", "+"), ("(", ")"), ("3", "$3"), ("C", "C#")]
)
def test_signs_are_part_of_a_short_answer(said, value):
    for name in ("short", "list"):
        assert check(value, {"is": name, "values": [value]}) is True
        assert check(said, {"is": name, "values": [value]}) is False
        assert check(value, {"is": name, "values": [said]}) is False


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("- Rome", "Rome"),
        ("# **Rome!**", "rome"),
        ("+5", "5"),
        ("−5", "-5"),
        ("$5$", "5"),
        ("\\(-5\\)", "-5"),
        ("“C++”.", "c++"),
        ("Paris\n\n---", "Paris"),
        ("---\nParis\n---", "Paris"),
        ("### - Paris -", "Paris"),
        ("- +5", "5"),
        ("`*`", "*"),
        ("**/**", "/"),
        ('"?"', "?"),
    ],
)
def test_what_stands_around_a_short_answer_does_not_count(said, value):
    assert check(said, {"is": "short", "values": [value]}) is True


@pytest.mark.parametrize(
    ("said", "values", "right"),
    [
        pytest.param("10:30, 11:45", ["10:30", "11:45"], True, id="colons of their own"),
        pytest.param("Sorted: by time: 10:30, 11:45.", ["10:30", "11:45"], True, id="and one that leads to them"),
        pytest.param("5, 3", ["-5", "3"], False, id="a sign that is missing"),
        pytest.param("- a, b", ["a", "b"], True, id="a bullet"),
    ],
)
def test_the_items_of_a_list(said, values, right):
    assert check(said, {"is": "list", "values": values}) is right


def test_json_values_are_equal_as_json_has_it():
    assert check('{"a": [1.0]}', {"is": "json_value", "value": {"a": [1]}}) is True
    assert check('{"a": [true]}', {"is": "json_value", "value": {"a": [1]}}) is False
    assert check('{"a": [2, 1]}', {"is": "json_value", "value": {"a": [1, 2]}}) is False
    assert check("[" * 500 + "]" * 500, {"is": "json_value", "value": []}) is False  # deeper than orjson can write


@pytest.mark.parametrize(
    ("n", "told"), [(1, "1 item, which shows a difference"), (2, "2 items, which show a difference")]
)
def test_what_so_many_items_show_is_said(thresher, tmp_path, n, told):
    assert f"tables: {told}" in thresher("suites", "tables", "--n", n, "--output", tmp_path / "items.jsonl").out


def test_auto_is_sized_by_the_margin(thresher, tmp_path):
    """Oracle: the number that ``thresher gate --plan`` has."""
    file = tmp_path / "items.jsonl"

    ran = thresher("suites", "tables", "--margin", 0.05, "--output", file, "--json")

    needed = needed_items(0.05, 0.1, 0.05, 0.8)
    assert needed <= len(lines(file)) < needed + 1
    assert ran.json["suites"]["tables"]["needed_n"] == len(lines(file))


def test_several_suites_in_one_file(thresher, tmp_path):
    file = tmp_path / "items.jsonl"

    assert thresher("suites", "logic", "facts", "--n", 20, "--output", file).code == 0

    assert [item["slices"]["suite"] for item in lines(file)] == ["logic"] * 20 + ["facts"] * 20


def test_the_list_says_what_each_shows(thresher):
    ran = thresher("suites", "--json")

    assert list(ran.json["suites"]) == sorted(SUITES)
    assert ran.json["suites"]["gsm8k"]["licence"] == "MIT"
    assert ran.json["suites"]["ifeval"]["detects"]["541"] < ran.json["suites"]["ifeval"]["detects"]["100"]
    assert "any number of items" in thresher("suites").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["arithmetik"], "did you mean 'arithmetic'", id="no such suite"),
        pytest.param(["gsm8k", "--output", "x.jsonl"], "--from FILE", id="a public suite without a file"),
        pytest.param(["--output", "x.jsonl"], "takes the name of a suite", id="items of nothing"),
        pytest.param(["lists", "--n", "many", "--output", "x.jsonl"], "a number of items or auto", id="no number"),
        pytest.param(["gsm8k", "--from", "gone.jsonl", "--output", "x.jsonl"], "there is no file", id="no such file"),
    ],
)
def test_errors_say_what_to_do(thresher, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)

    ran = thresher("suites", *arguments)

    assert ran.code == 2
    assert said in ran.err


def test_eval_makes_the_items_that_it_names(thresher, tmp_path, jsonl, items):
    given = items("arithmetic", 40, 3)
    jsonl([{"id": one["id"], "prediction": one["reference"]} for one in given], "answers.jsonl")
    (tmp_path / "eval.toml").write_text(
        '[suites]\nnames = ["arithmetic"]\nn = 40\nseed = 3\n\n'
        '[predict]\nmodel = "replay:answers.jsonl"\n\n[score]\nmetrics = ["check"]\n',
        encoding="utf-8",
    )

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet")

    assert ran.code == 0, ran.err
    assert value(tmp_path / "out" / "run") | {"n": 40, "value": 1.0} == value(tmp_path / "out" / "run")


def test_eval_takes_items_from_one_place(thresher, tmp_path):
    (tmp_path / "eval.toml").write_text('[predict]\nmodel = "openai:x"\n[score]\nmetrics = ["check"]\n')

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out")

    assert ran.code == 2
    assert "from data or from [suites]" in ran.err


@pytest.mark.parametrize(("draft", "right"), [("http://json-schema.org/draft-07/schema#", False), (None, True)])
def test_a_check_by_a_schema_looks_at_formats_as_its_draft_does(draft, right):
    schema = {"type": "string", "format": "ipv4"} | ({} if draft is None else {"$schema": draft})

    assert check('"abc"', {"is": "json_schema", "schema": schema}) is right
