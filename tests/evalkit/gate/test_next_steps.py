"""What an undecided rule says to do: steps that decide it when they are taken."""

from __future__ import annotations

import pytest

from evalkit.gate.rules.suite_items import PROCEDURAL
from evalkit.suites import SUITES
from tests.core.chat.server import Server, reply
from tests.evalkit.answers import rows_of
from tests.evalkit.gate.runs import gate, limits, right, scored

SAME = {"usage": lambda _: {"completion_tokens": 64}}
TOKENS = ["max_drop = 10", "max_ratio = 1.25", "max_value = 1000", "max_value = 50"]


def constant(folder, items, metric="tokens"):
    return scored(folder, f"{metric}{items}", right([1] * items, **SAME), metric)


@pytest.mark.parametrize("rule", TOKENS)
def test_few_equal_numbers_ask_for_256_or_for_the_point_alone(thresher, tmp_path, rule):
    """Oracle: the gate on 255 and on 256 items, and at level = "point"."""
    few, almost, enough = (constant(tmp_path, items) for items in (100, 255, 256))
    rules = limits(tmp_path, f'metric = "tokens"\n{rule}')

    row = gate(thresher, few, few, rules, "--json").json["limits"][0]

    assert (row["verdict"], row["needed_n"]) == ("inconclusive", 256)
    assert [step.split()[0] for step in row["next"]] == ["set", "add", "waive"]
    assert row["next"][1].startswith("add 156 items (now 100, needed 256): fewer than 256 equal numbers")
    assert gate(thresher, almost, almost, rules).code == 3
    assert gate(thresher, enough, enough, rules).code in (0, 1)
    point = limits(tmp_path, f'metric = "tokens"\n{rule}\nlevel = "point"')
    assert gate(thresher, few, few, point).code in (0, 1)


def test_a_bounded_number_that_nothing_moved_needs_what_the_rule_of_three_asks(thresher, tmp_path):
    """Oracle: log 0.05 / log 0.98 = 148.3 items, and the gate on 148 and on 149."""
    few, almost, enough = (constant(tmp_path, items, "token_f1") for items in (60, 148, 149))
    rules = limits(tmp_path, 'metric = "token_f1"\nmax_drop = 0.02')

    row = gate(thresher, few, few, rules, "--json").json["limits"][0]

    assert row["needed_n"] == 149
    assert "add 89 items (now 60, needed 149)" in row["next"]
    assert (gate(thresher, almost, almost, rules).code, gate(thresher, enough, enough, rules).code) == (3, 0)


def test_a_ratio_to_nothing_is_planned_as_it_is_judged(thresher, tmp_path):
    free = scored(tmp_path, "free", right([1] * 60, usage=lambda _: {"cost": 0}), "cost")
    rules = limits(tmp_path, 'metric = "cost"\nmax_ratio = 1.25')

    plan = thresher("gate", "--plan", "--baseline", free, "--limits", rules, "--json").json["plan"][0]

    assert gate(thresher, free, free, rules).code == 3
    assert (plan["chance_equal_passes"], plan["affordable_margin"], plan["needed_n"]) == (0.0, None, None)
    assert plan["assumed"] == "there is no ratio, for the baseline is 0"


HELD = 'metric = "exact_match"\nmax_drop = 0.001'
OTHERS = 'metric = "exact_match"\nmin_value = 0.61\n\nmetric = "exact_match"\nmin_value = 0.62'


def test_a_fail_that_holm_holds_back_says_so(thresher, tmp_path):
    """Oracle: the rule alone, and the gate on as many items as the step asks for, of the same make."""

    def runs(times, name):
        flags = [1] * 200 * times + [0] * 100 * times
        moved = [0] * 14 * times + [1] * 186 * times + [1] * 5 * times + [0] * 95 * times
        return scored(tmp_path, f"{name}_new", right(moved)), scored(tmp_path, name, right(flags))

    few, many = runs(1, "few"), runs(3, "many")
    alone = gate(thresher, *few, limits(tmp_path, HELD), "--json")
    together = limits(tmp_path, f"{HELD}\n\n{OTHERS}")

    row = gate(thresher, *few, together, "--json").json["limits"][0]

    assert alone.json["limits"][0]["verdict"] == "fail"
    assert row["interval"][1] < row["line"]["at"]
    assert (row["verdict"], row["p_value"] < 0.05 < row["p_adjusted"]) == ("inconclusive", True)
    told = "beyond its line on its own (p = 0.023), not after Holm's correction over 3 rules (0.068)"
    assert row["next"][0].startswith(told)
    assert not any("raise the margin" in step for step in row["next"])
    assert 300 < row["needed_n"] < 900
    assert gate(thresher, *many, together, "--json").json["limits"][0]["verdict"] == "fail"


def of_suites(thresher, folder, name, *asked):
    """Return two runs of a suite's items, each wrong on 5 in 100 items that the other has right."""
    assert thresher("suites", *asked, "--output", folder / f"{name}.items").code == 0
    items = rows_of(folder / f"{name}.items")

    def run(kind, wrong):
        rows = right([n % 20 != wrong for n in range(len(items))])
        told = ({"id": item["id"], "slices": item["slices"]} for item in items)
        return scored(folder, f"{name}_{kind}", [row | own for row, own in zip(rows, told, strict=True)])

    return run("new", 3), run("base", 7)


def test_the_procedural_suites_are_given_the_number_of_items_that_decides(thresher, tmp_path):
    """Oracle: the command that the step names makes as many items as the rule needs, on which the gate passes."""
    runs = of_suites(thresher, tmp_path, "few", "lists", "tables", "--n", "100")
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.03')

    row = gate(thresher, *runs, rules, "--json").json["limits"][0]
    step = next(one for one in row["next"] if one.startswith("make more items"))
    command = step.partition(": ")[2].partition(" --output")[0].split()
    more = of_suites(thresher, tmp_path, "more", *command[2:])

    assert (row["n"], row["verdict"]) == (200, "inconclusive")
    assert command == ["thresher", "suites", "lists", "tables", "--n", str(-(-row["needed_n"] // 2))]
    assert gate(thresher, *more, rules).code == 0


def test_a_rule_on_one_suite_needs_items_of_that_suite_alone(thresher, tmp_path):
    runs = of_suites(thresher, tmp_path, "few", "lists", "tables", "--n", "100")
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.04\nslice = "suite=tables"')

    row = gate(thresher, *runs, rules, "--json").json["limits"][0]

    assert any(f"thresher suites tables --n {row['needed_n']} --output" in step for step in row["next"])


@pytest.mark.parametrize("suite", ["lists", "mine"])
def test_a_slice_of_the_users_own_is_no_procedural_suite(thresher, tmp_path, suite):
    made = {"slices": lambda _: {"suite": suite}}
    new, base = (
        scored(tmp_path, name, right([n % 20 != wrong for n in range(100)], **made))
        for name, wrong in (("new", 3), ("base", 7))
    )

    row = gate(thresher, new, base, limits(tmp_path), "--json").json["limits"][0]

    assert row["needed_n"] > 100
    assert not any("suites" in step for step in row["next"])


def test_the_names_of_procedural_suites_are_those_there_are():
    assert tuple(suite.name for suite in SUITES.values() if suite.kind == "procedural") == PROCEDURAL


def sampled(thresher, folder, name, *flags):
    """Return two scored runs of a server that gets one question in ten wrong, each model another one."""
    items = folder / "items.jsonl"
    items.write_text("".join(f'{{"id": "q{n}", "prompt": "{n}", "reference": "yes"}}\n' for n in range(40)))

    def says(asked):
        return reply({"content": "no" if int(asked.prompt) % 10 == len(asked.body["model"]) else "yes"})

    with Server(answers=says) as server:
        for model in ("m", "mm"):
            where = ("--base-url", server.url, "--cache", folder / "cache", "--out", folder / f"{name}_{model}")
            assert thresher("predict", "--data", items, "--model", f"openai:{model}", *where, *flags).code == 0
            assert thresher("score", folder / f"{name}_{model}", "--metrics", "exact_match").code == 0
    return folder / f"{name}_m", folder / f"{name}_mm"


def steps_of(ran):
    return [step for step in ran.json["limits"][0]["next"] if step.startswith("answer each item k times")]


def test_several_answers_are_asked_for_where_they_differ_and_of_both_runs(thresher, tmp_path):
    """Oracle: the command that the step names, on both runs, which the gate then compares."""
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.02')
    greedy, drawn = sampled(thresher, tmp_path, "greedy"), sampled(thresher, tmp_path, "drawn", "--temperature", "0.7")

    (step,) = steps_of(gate(thresher, *drawn, rules, "--json"))
    flags = step.partition("(thresher predict ")[2].partition(")")[0].replace(" k", " 2").split()
    often = sampled(thresher, tmp_path, "often", *flags)

    assert step.startswith("answer each item k times with both runs (thresher predict --temperature 0.7 --samples k)")
    row = gate(thresher, *often, rules, "--json").json["limits"][0]
    assert (row["n"], row["units"]) == (80, 40)
    assert steps_of(gate(thresher, *greedy, rules, "--json")) == []
    refused = gate(thresher, often[0], drawn[1], rules)
    assert "answer the same items with both, or --allow-missing leaves out those that the baseline lacks" in refused.err


def test_of_answers_that_someone_else_made_several_are_asked_for_if_they_are_sampled(thresher, tmp_path):
    base, new = scored(tmp_path, "base", right([1] * 20 + [0] * 10)), scored(tmp_path, "new", right([0] + [1] * 29))
    own = limits(tmp_path, 'metric = "exact_match"\nmin_value = 0.9')
    alone = steps_of(thresher("gate", new, "--limits", own, "--json"))
    paired = steps_of(gate(thresher, new, base, limits(tmp_path, 'metric = "exact_match"\nmin_gain = 0.2'), "--json"))

    told = "(thresher predict --temperature T --samples k): their mean carries less of the sampling's noise"
    assert alone == [f"answer each item k times, if answers are sampled {told}"]
    assert paired == [f"answer each item k times with both runs, if answers are sampled {told}"]


def reading(ran):
    told = [step for step in ran.json["limits"][0]["next"] if step.startswith(("read the", "answer the"))]
    return [step.partition(": ")[::2] for step in told]


def test_the_items_to_read_are_those_that_the_review_shows(thresher, tmp_path):
    """Oracle: the command that the step names. What the candidate lacks cannot be read, and is to be answered."""
    base, part = scored(tmp_path, "base", right([1] * 60)), scored(tmp_path, "part", right([0, *[1] * 56]))
    none = scored(tmp_path, "none", right([1] * 57))
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.1')

    (read, command), answer = reading(gate(thresher, part, base, rules, "--allow-missing", "--json"))
    shown = thresher(*command.removeprefix("thresher ").split(), "--json").json

    assert (read, shown["lost"] + shown["won"]) == ("read the 1 item on which the runs part", 1)
    assert answer == (f"answer the 3 items that {part} lacks, which count as wrong", "")
    assert reading(gate(thresher, none, base, rules, "--allow-missing", "--json")) == [
        (f"answer the 3 items that {none} lacks, which count as wrong", "")
    ]


@pytest.mark.parametrize(
    ("lost", "named"), [pytest.param(20, "them", id="few"), pytest.param(57, "50 each way", id="many")]
)
def test_of_a_committed_baseline_the_step_says_how_many_items_are_named(thresher, tmp_path, lost, named):
    """Oracle: verdict.json. Its file holds no texts, which a review of it says."""
    old = scored(tmp_path, "old", right([1] * 200 + [0] * 100))
    new = scored(tmp_path, "new", right([0] * lost + [1] * (200 - lost) + [1] * lost + [0] * (100 - lost)))
    base = tmp_path / "base.jsonl"
    assert thresher("gate", old, "--accept", base).code == 0

    ran = gate(thresher, new, base, limits(tmp_path), "--json")
    review = thresher("review", new, "--flips", base, "--metric", "exact_match")

    read = f"read the {2 * lost} items on which the runs part"
    assert reading(ran) == [(read, f"thresher gate ... --out DIR names {named} in verdict.json, under flips")]
    assert len(ran.json["flips"]["exact_match"]["baseline"]["ids"]["right_to_wrong"]) == min(lost, 50)
    assert (review.code, f"{base} is a file, and a scored run is a folder" in review.err) == (2, True)
    assert "--out" not in review.err
