"""The door: the console command's entry, and the public Python API.

import thresher

findings = thresher.check(["raw/*.jsonl"], profile="openai")
outcome = thresher.curate("curate.toml", out="clean")
print(outcome.manifest["counts"]["kept"], "rows kept")
print(thresher.deduplicate("rows.jsonl", "fewer.jsonl").kept, "rows without near-duplicates")
print(len(thresher.leaks("train.jsonl", ["test.jsonl"]).sure), "training rows stand in the test")
print(thresher.preflight(["train.jsonl"], "models/small", tests=["test.jsonl"]).errors, "errors before training")
thresher.train("train.toml", out="tuned")
thresher.predict("test.jsonl", "local:models/small+tuned/adapter", out="answers")
outcome = thresher.score("answers", ["exact_match", "token_f1"])
print(outcome.scores["metrics"]["token_f1"]["value"])
print(thresher.gate("scores/new", "scores/prod", "gate.toml").said, "is the verdict")

# What goes wrong is a thresher.ThresherError. The import takes the module name curate, and leaves the path as it is;
# evalkit and train are loaded by the functions that need them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate.check.findings import Findings
    from curate.curation.deduplicate import Deduplicated
    from curate.curation.leaked import Leaked
    from curate.curation.run import Outcome
    from evalkit.answers.run import Predicted
    from evalkit.compare.compare import Comparison
    from evalkit.gate.verdict import Verdict
    from evalkit.run import Outcome as ScoreOutcome
    from train.masking.encoder import TrainOn
    from train.preflight import Preflight
    from train.run import Outcome as TrainOutcome

_HERE = str(Path(__file__).resolve().parent)


def _taken_by(name: str) -> str | None:
    """Load a package from beside this file, whatever stands before it on the path; return what has its name instead."""
    if name not in sys.modules:
        sys.path.insert(0, _HERE)
        try:
            import_module(name)
        finally:
            sys.path.remove(_HERE)
    found = sys.modules[name]
    places = [Path(place).resolve() for place in getattr(found, "__path__", ())]
    return None if Path(_HERE, name) in places else str(getattr(found, "__file__", None) or places)


if _other := _taken_by("curate"):
    raise ImportError(f"thresher has a package 'curate', and another is loaded: {_other}; import thresher before it")

from curate.core.run.errors import ThresherError  # noqa: E402 - now that the package is known to be ours
from curate.core.run.given import each as _each  # noqa: E402
from curate.core.run.given import place as _place  # noqa: E402
from curate.core.run.given import require_some as _require_some  # noqa: E402
from curate.core.run.rest import at_rest, leave  # noqa: E402


def main() -> None:
    """Run the command line and exit with its code."""
    # a user's train.py must not stand before ours
    sys.path[:] = [_HERE, *(entry for entry in sys.path if entry != _HERE)]
    try:
        from curate.core.command.door import run  # noqa: PLC0415 - after our folder is first on the path

        code = run()
    except KeyboardInterrupt:  # while it is loaded; later ones end inside
        from curate.core.command.exits import INTERRUPTED  # noqa: PLC0415
        from curate.core.run.aside import aside  # noqa: PLC0415

        aside("interrupted\n")
        code = INTERRUPTED
    leave()
    raise SystemExit(code)


def _load(*names: str) -> None:
    """Load packages of ours that a function needs.

    Raises:
        ThresherError: the user's program has loaded another of that name.
    """
    for name in names:
        if other := _taken_by(name):
            raise ThresherError(
                f"thresher has a package {name!r}, and another is loaded: {other}",
                hint=f"call your module something else than {name}, or run thresher as a command, in its own process",
            )


@at_rest()
def check(files: str | Path | Sequence[str | Path], *, profile: str = "any") -> Findings:
    """Return everything that is wrong with the rows of some files (paths, folders or globs; one may stand alone).

    Raises:
        ThresherError: a file cannot be read, or no profile has this name.
    """
    from curate.check.judge import Judge  # noqa: PLC0415 - Polars is loaded only by those who need it
    from curate.check.profiles import PROFILES  # noqa: PLC0415
    from curate.check.run import check_sources  # noqa: PLC0415
    from curate.core.read.source import Wanted, find_sources  # noqa: PLC0415
    from curate.core.run.errors import ConfigError, nearest  # noqa: PLC0415

    if profile not in PROFILES:
        raise ConfigError(f"no profile is called {profile!r}{nearest(profile, list(PROFILES))}")
    sources = find_sources([Wanted(file) for file in _each(files, "files")], Path.cwd())
    return check_sources(sources, Judge(PROFILES[profile]))


@at_rest()
def curate(config: str | Path | Mapping[str, Any], out: str | Path | None) -> Outcome:
    """Curate by a configuration (a TOML file, or its tables) and write into ``out``; nothing is written if it is None.

    Relative paths are relative to the file, or to the current folder.

    Raises:
        ThresherError: the configuration is wrong, an input cannot be read, or the output cannot be written.
    """
    from curate.core.run.settings import validate  # noqa: PLC0415
    from curate.curation.config import CurateConfig, load_config  # noqa: PLC0415
    from curate.curation.run import run_curation  # noqa: PLC0415

    target = None if out is None else _place(out, "out")
    if isinstance(config, Mapping):
        return run_curation(validate(CurateConfig, config, "the configuration"), Path.cwd(), target)
    path = _place(config, "config")
    return run_curation(load_config(path, []), path.resolve().parent, target)


@at_rest()
def augment(config: str | Path | Mapping[str, Any], out: str | Path) -> Outcome:
    """Make rows by a configuration (a TOML file, or its tables), and write a curation run again into ``out``.

    Relative paths are relative to the file, or to the current folder.

    Raises:
        ThresherError: the configuration is wrong, the run was changed, the budget is reached, or the output cannot be
            written.
    """
    from curate.augment.config import AugmentConfig, load_augment  # noqa: PLC0415
    from curate.augment.run import run_augment  # noqa: PLC0415
    from curate.core.run.settings import validate  # noqa: PLC0415

    target = _place(out, "out")
    if isinstance(config, Mapping):
        return run_augment(validate(AugmentConfig, config, "the configuration"), Path.cwd(), target)
    path = _place(config, "config")
    return run_augment(load_augment(path, []), path.resolve().parent, target)


@at_rest()
def deduplicate(
    source: str | Path, out: str | Path, *, threshold: float = 0.8, threads: int | None = None, **settings: Any
) -> Deduplicated:
    """Write the lines of a JSON Lines file that are no near-duplicates of one before, and return what went.

    ``settings`` are those of the step ``near_duplicates`` (``compare``, ``linkage``, ``keep``, ...); ``threads`` sign
    rows, one a core if it is not given.

    Raises:
        ThresherError: a setting is wrong, the file cannot be read, or the output cannot be written.
    """
    from curate.core.run.settings import validate  # noqa: PLC0415
    from curate.core.run.workers import cores  # noqa: PLC0415
    from curate.curation.deduplicate import deduplicate as run  # noqa: PLC0415
    from curate.steps.near_duplicates import NearDuplicates  # noqa: PLC0415

    given = {"threshold": threshold, "tell_prompts": False, "tell_clusters": False, **settings}
    step = validate(NearDuplicates, given, "the call", "docs/steps.md has the settings of near_duplicates")
    if "warn_from" not in settings:
        step = step.model_copy(update={"warn_from": step.threshold})  # what is no duplicate is not told of
    return run(_place(source, "source"), _place(out, "out"), step, cores() if threads is None else threads)


def predict(
    data: str | Path,
    model: str,
    out: str | Path,
    *,
    generation: Mapping[str, Any] | None = None,
    chat: Mapping[str, Any] | None = None,
    local: Mapping[str, Any] | None = None,
    limit: int | None = None,
    slices: str | Sequence[str] = (),
) -> Predicted:
    """Ask ``openai:NAME``, ``local:PATH[+ADAPTER]`` or ``replay:FILE`` for answers to a file's items, into ``out``.

    ``generation`` is ``{"max_tokens": 64, "stop": ["END"], "likelihoods": True}``, ``chat`` the table ``[chat]``
    without its model, ``local`` is ``{"device": "cpu", "batch_size": 8}``.

    Raises:
        ThresherError: a setting is wrong, the data or the model cannot be read, or the budget is reached.
    """
    _load("evalkit")
    from curate.core.run.settings import validate  # noqa: PLC0415 - Polars is loaded only by those who need it
    from evalkit.answers import Asking, Generation, ReplayFields  # noqa: PLC0415
    from evalkit.answers.items import ItemFields  # noqa: PLC0415
    from evalkit.answers.run import Data, run_predictions  # noqa: PLC0415

    made = validate(Generation, generation or {}, "generation", "docs/predict.md tells its settings")
    asking = Asking(made, dict(chat or {}), dict(local or {}), ReplayFields(), Path.cwd())
    return run_predictions(
        Data(_place(data, "data"), ItemFields(slices=_each(slices, "slices")), None, limit),
        model,
        _place(out, "out"),
        asking,
    )


def train(config: str | Path, out: str | Path, *, resume: bool = False) -> TrainOutcome:
    """Train by a TOML file and write into ``out``; relative paths are relative to the file.

    Raises:
        ThresherError: a setting is wrong, a guard refuses data or settings, or something cannot be read or written.
    """
    _load("evalkit", "train")
    from evalkit.answers.local.weights import imported  # noqa: PLC0415
    from train.config import load_train  # noqa: PLC0415

    imported()  # says what is missing, before it is imported
    from train.run import Options, run_training  # noqa: PLC0415

    path = _place(config, "config")
    return run_training(load_train(path), path.parent, _place(out, "out"), Options(resume=resume, quiet=True))


@at_rest()
def leaks(
    train: str | Path | Sequence[str | Path], tests: str | Path | Sequence[str | Path], *, threshold: float = 0.8
) -> Leaked:
    """Return which rows of training files stand in files that must stay unseen (each a path, folder or glob).

    Raises:
        ThresherError: the threshold is wrong, or a file is not there or cannot be read.
    """
    from curate.core.read.source import Wanted  # noqa: PLC0415
    from curate.core.run.settings import validate  # noqa: PLC0415
    from curate.curation.leaked import find_leaks  # noqa: PLC0415
    from curate.steps.leaks import Leaks  # noqa: PLC0415

    step = validate(Leaks, {"threshold": threshold}, "the call", "a similarity above 0, up to 1")
    ours, theirs = ([Wanted(one) for one in _each(*some)] for some in ((train, "train"), (tests, "tests")))
    return find_leaks(ours, theirs, step, Path.cwd())


def preflight(
    files: str | Path | Sequence[str | Path],
    tokenizer: str | Path,
    *,
    template: str | Path | None = None,
    max_tokens: int | None = None,
    train_on: TrainOn = "assistant",
    tests: str | Path | Sequence[str | Path] = (),
) -> Preflight:
    """Return what training on some files would do: the rows as tokens with their masks, and what is wrong with them.

    ``tokenizer`` is a model's folder; a limit or a template that is absent is the model's own. No torch is needed.

    Raises:
        ThresherError: transformers is not installed, or a file, the tokenizer or the template cannot be read.
    """
    _load("evalkit", "train")
    from train.preflight import Asked, run_preflight  # noqa: PLC0415 - Polars is loaded only by those who need it

    chosen = None if template is None else Path(template)
    rows, held = ([Path(one) for one in _each(*some)] for some in ((files, "files"), (tests, "tests")))
    _require_some(rows)
    return run_preflight(Asked(rows, _place(tokenizer, "tokenizer"), chosen, max_tokens, train_on, held))


@at_rest()
def score(
    path: str | Path,
    metrics: str | Sequence[str],
    *,
    out: str | Path | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    source: str = "jsonl",
    id_field: str | None = None,
    prediction_field: str | None = None,
    reference_field: str | None = None,
) -> ScoreOutcome:
    """Score predictions by metrics: a file, written into ``out`` if that is given, or a folder with predictions.jsonl.

    The scores of a folder go into that folder, in the place of earlier ones, where there is no ``out``.
    Settings are of metrics: ``{"bleu": {"tokenize": "zh"}}``. ``source`` is what wrote the file: jsonl, lm-eval,
    inspect, promptfoo.

    Raises:
        ThresherError: no metric is named, there is no such metric, the file cannot be read, or the folder cannot be
            written.
    """
    _load("evalkit")
    from curate.core.run.errors import ConfigError, nearest  # noqa: PLC0415 - Polars is loaded only by those who need it
    from evalkit.read import READERS, Fields  # noqa: PLC0415
    from evalkit.run import Options, run_scores  # noqa: PLC0415

    if source not in READERS:
        raise ConfigError(f"no source is called {source!r}{nearest(source, list(READERS))}")
    options = Options(Fields(id_field, prediction_field, reference_field), source, settings or {})
    target = None if out is None else _place(out, "out")
    return run_scores(_place(path, "path"), _each(metrics, "metrics"), target, options)


def gate(
    candidate: str | Path,
    baseline: str | Path | Mapping[str, str | Path] | None,
    limits: str | Path,
    *,
    allow_missing: bool = False,
    tainted: str | Path | None = None,
) -> Verdict:
    """Return whether a scored run may ship: its ``said`` is pass, fail or inconclusive. Nothing is written.

    ``baseline`` is a folder of scores or a committed file, or several of them by name.

    Raises:
        ThresherError: the runs cannot be compared, or the rules are wrong.
    """
    _load("evalkit")
    from evalkit.gate.config import load_gate  # noqa: PLC0415 - Polars is loaded only by those who need it
    from evalkit.gate.rules.waivers import load_waivers  # noqa: PLC0415
    from evalkit.gate.runs.run import read_run  # noqa: PLC0415
    from evalkit.gate.verdict import judge  # noqa: PLC0415
    from evalkit.read.tainted import read_tainted  # noqa: PLC0415

    config = load_gate(_place(limits, "limits"))
    given = baseline if isinstance(baseline, Mapping) else {} if baseline is None else {"baseline": baseline}
    return judge(
        read_run(_place(candidate, "candidate")),
        {name: read_run(_place(path, name)) for name, path in given.items()},
        config,
        allow_missing=allow_missing,
        tainted=frozenset() if tainted is None else read_tainted(Path(tainted)),
        waivers=[] if config.waivers is None else load_waivers(config.waivers),
    )


def compare(base: str | Path, candidate: str | Path) -> Comparison:
    """Return what changed between two scored runs: configuration, paired differences, flips, slices.

    Raises:
        ThresherError: a run cannot be read, or they share no item.
    """
    _load("evalkit")
    from evalkit.compare.compare import compare as run  # noqa: PLC0415 - Polars is loaded only by those who need it
    from evalkit.gate.runs.run import read_run  # noqa: PLC0415

    return run(read_run(_place(base, "base")), read_run(_place(candidate, "candidate")))


if __name__ == "__main__":
    main()
