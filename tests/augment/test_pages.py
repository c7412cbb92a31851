"""The page of the steps, and the example: what they show can be run as it stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from curate.augment import AUGMENTS
from curate.augment.asking.template import OURS, load
from curate.augment.config import load_augment, make_augments
from curate.augment.rewriting.paraphrase import HOLES
from curate.core.run.settings import validate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "augment-steps.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_each_configuration_of_the_page_is_one(block):
    for step in tomllib.loads(block)["steps"]:
        assert validate(AUGMENTS[step["use"]], step, "the page").called == step["use"]


def test_the_prompt_of_the_page_is_one(tmp_path):
    (found,) = re.findall(r"```\n(version: .*?)```", PAGE, re.DOTALL)
    (tmp_path / "own.txt").write_text(found, encoding="utf-8")

    assert load("paraphrase", HOLES, "own.txt", tmp_path).styles == ("terse",)


def test_the_page_names_every_prompt_of_ours_but_the_rule():
    told = set(re.findall(r"^\| (\w+) \| \*\*", PAGE, re.MULTILINE))

    assert told == {path.stem for path in OURS.glob("*.txt")} - {"data"}


def test_the_example_is_a_configuration():
    folder = ROOT / "examples" / "augment"

    assert len(make_augments(load_augment(folder / "augment.toml", []))) == 6
