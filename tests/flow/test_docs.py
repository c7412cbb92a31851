"""The pages: every link leads somewhere, every command and option exists, every configuration block is one."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from pathlib import Path

import click
import pytest

import thresher as api
from curate.augment.config import AugmentConfig, make_augments
from curate.core.chat.settings import ChatSettings
from curate.core.command.door import build
from curate.core.run.settings import validate
from curate.curation.config import CurateConfig, make_steps
from evalkit.eval.config import EvalConfig
from evalkit.gate.config import GateConfig
from evalkit.gate.rules.waivers import Waivers
from evalkit.judge.config import JudgeConfig, Rubric
from evalkit.run import make_metrics
from tests.flow.pages import DOCS, PAGES, ROOT, anchors, blocks, commands, named, prose
from train.config import TrainConfig
from train.hosted.config import HostedConfig

NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
KINDS = (  # by the word that stands at the top level, the first that fits
    ("hosted", HostedConfig),
    ("model", TrainConfig),
    ("criteria", Rubric),
    ("rubric", JudgeConfig),
    ("predict", EvalConfig),
)
AUGMENT = ("augment.md", "augment-steps.md")
DOOR = build()
OTHERS = {"--standalone", "--nproc-per-node", "--multi_gpu", "--num_processes"}  # of torchrun and accelerate
OTHERS |= {
    flag for path in (ROOT / "benchmarks").glob("*.py") for flag in re.findall(r'"(--[a-z-]+)"', path.read_text())
}
OTHERS_ON = ("benchmarks.md", "statistics.md", "training.md")


def option_names(*words: str) -> set[str]:
    """Return the options of a command, or of one inside of it where the second word names one."""
    command = DOOR.get_command(click.Context(DOOR), words[0])
    assert command is not None, f"no command is called {words[0]!r}"
    inner = getattr(command, "commands", {})
    if len(words) > 1 and words[1] in inner:
        command = inner[words[1]]
    return {flag for option in command.params for flag in option.opts} | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page):
    lost = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(page)):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_and_option_is_there(page):
    unknown = []
    for words in [*commands(page), *named(page)]:
        name = words[0].rstrip(",;:")
        if name == name.upper() or name.startswith("-"):  # `thresher COMMAND`, `thresher --help`
            continue
        flags = {flag for word in words for flag in re.findall(r"^--[a-z][a-z-]+", word)}
        unknown += [f"{name} {flag}" for flag in sorted(flags - option_names(name, *words[1:]))]

    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_option_that_a_sentence_names_is_one(page):
    context = click.Context(DOOR)
    ours = {flag for name in DOOR.list_commands(context) for flag in option_names(name)} | option_names(
        "cache", "prune"
    )
    spans = re.findall(r"`([^`]+)`", prose(page))
    of_ours = [span for span in spans if not re.match(r"python -m|pip |thresher|torchrun|accelerate", span)]
    told = {flag for span in of_ours for flag in re.findall(r"(?<![\w-])--[a-z][a-z_-]+", span)}

    assert told - ours - (OTHERS if page.name in OTHERS_ON else set()) == set()


@pytest.mark.parametrize("name", DOOR.list_commands(click.Context(DOOR)))
def test_every_option_stands_on_a_page(name):
    told = {
        flag for page in PAGES for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]*", page.read_text(encoding="utf-8"))
    }
    command = DOOR.get_command(click.Context(DOOR), name)
    shown = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    ours = {flag for option in shown for flag in option.opts if flag.startswith("--")}

    assert sorted(ours - told) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_backslash_stands_inside_of_code(page):
    """Markdown shows it there; only the bar of a table needs one."""
    assert [span for span in re.findall(r"`([^`\n]+)`", prose(page)) if re.search(r"\\[_*<\[]", span)] == []


def _tables(page: Path) -> list[tuple[str, str]]:
    return [(page.name, block) for block in blocks(page, "toml")]


@pytest.mark.parametrize(("page", "block"), [one for page in PAGES for one in _tables(page)])
def test_every_configuration_block_is_one(page, block):
    told = tomllib.loads(block)
    if page in AUGMENT:
        steps = told.get("steps", [{"use": "noise"}])
        config = validate(AugmentConfig, {"input": {"run": "clean"}, **told, "steps": steps}, page)
        assert make_augments(config.model_copy(update={"chat": ChatSettings(model="m"), "embeddings": config.chat}))
    elif page == "chat.md":
        assert validate(ChatSettings, told["chat"], page).cache is not None
    elif isinstance(told.get("limits"), list):
        assert validate(GateConfig, told, page).limits
    elif "waivers" in told:
        assert validate(Waivers, told, page).waivers
    elif kind := next((kind for word, kind in KINDS if word in told), None):
        config = validate(kind, told, page)
        if isinstance(config, EvalConfig):
            assert make_metrics(config.score.metrics, config.score.settings or {})
    else:
        files = told.pop("files", ["raw"])
        assert make_steps(validate(CurateConfig, {**told, "input": {"files": files, **told.get("input", {})}}, page))


PYTHON = [*blocks(ROOT / "README.md", "python"), *blocks(DOCS / "predict.md", "python")]
PYTHON.append((api.__doc__ or "").partition("\n\n")[2])


@pytest.mark.parametrize("block", PYTHON, ids=["README", "predict", "docstring"])
def test_every_call_from_python_fits_its_function(block):
    calls = [
        call
        for call in ast.walk(ast.parse(block))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("thresher.")
    ]
    for call in calls:
        function = getattr(api, call.func.attr)
        inspect.signature(function).bind(*call.args, **{word.arg: word.value for word in call.keywords})

    assert calls
