"""Asking the judge: which requests a set of predictions makes, what they would cost, and what came of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import polars as pl

from curate.core.chat.client import Client
from curate.core.chat.estimate import Estimate, estimate
from curate.core.chat.request import Request
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ConfigError, InputError
from curate.core.run.progress import Progress
from evalkit.judge.config import JudgeConfig, Rubric, load_judge, load_rubric
from evalkit.judge.grades import rubric_judgements, rubric_leaning, rubric_requests
from evalkit.judge.pairwise import pairwise_judgements, pairwise_leaning, pairwise_requests
from evalkit.judge.prompts import PAIRWISE, RUBRIC
from evalkit.judge.row import Row
from evalkit.metrics.metric import fingerprint
from evalkit.metrics.model.judge import Judge, Judged, Judgement
from evalkit.predictions import to_frame
from evalkit.read import READERS, Fields, InputFile
from evalkit.results import PREDICTIONS_FILE
from evalkit.unscored import reason

_LOG = "requests.jsonl"


@dataclass(frozen=True)
class Plan:
    """The requests that a judge of some predictions makes."""

    metric: Judge
    config: JudgeConfig
    folder: Path  # what paths in the configuration are relative to
    rubric: Rubric | None
    rows: list[Row]
    alone: list[str]  # ids of rows that the other run has no answer to
    requests: list[Request]
    choices: Mapping[str, object]

    def estimate(self) -> Estimate:
        """Return what asking would use; nothing is sent."""
        return estimate(self.config.chat, self.requests, self.folder)

    def ask(self, progress: Progress | None = None) -> Judge:
        """Return the metric with the verdicts.

        Raises:
            BudgetError: the budget is reached; what was bought is kept.
            ChatError, ConfigError: the endpoint does not work, or has no key.
        """
        with TemporaryDirectory() as folder:
            log = Path(folder) / _LOG
            with Client(self.config.chat, self.folder, log) as client:
                replies = client.ask(self.requests, progress)
                told = client.summary.text()
            lines = log.read_bytes()
        if self.metric.variant == "rubric" and self.rubric is not None:
            found = rubric_judgements(self.rubric, replies)
            leaning = rubric_leaning(self.rubric, self.rows, found)
        else:
            found = pairwise_judgements(self.rows, replies)
            leaning = pairwise_leaning(self.rows, found)
        rows = {row.id: one for row, one in zip(self.rows, found, strict=True)}
        rows |= {name: Judgement(None, "no_other", {"verdict": None, "orders": None}) for name in self.alone}
        return self.metric.with_verdicts(Judged(rows, self.choices, leaning, lines, told))


def plan(metric: Judge, frame: pl.DataFrame, fields: Fields, source: str) -> Plan:
    """Return the requests that a judge makes of predictions; rows that cannot be judged make none.

    Raises:
        ThresherError: the configuration is wrong, or what is compared with cannot be read.
    """
    config = load_judge(metric.config)
    folder = (metric.config or Path()).parent
    rubric = None if config.rubric is None else load_rubric(folder / config.rubric)
    able = frame.filter(frame.with_columns(reason(metric.needs))["reason"].is_null())
    rows = [_row(one, shown=config.reference) for one in able.iter_rows(named=True)]
    choices = {
        "model": config.chat.model,
        **_asked(config.chat),
        "shows": "reference" if config.reference else "prompt",
    }
    if metric.variant == "rubric":
        if rubric is None:
            raise ConfigError(f"{metric.name} grades by a rubric", hint='rubric = "rubric.toml" in judge.toml')
        choices |= {"prompt": RUBRIC, "rubric": _known(rubric)}
        return Plan(metric, config, folder, rubric, rows, [], rubric_requests(config.chat, rows, rubric), choices)
    others, digest = other_answers(metric, (source, fields))
    alone = [row.id for row in rows if row.id not in others]
    rows = [Row(row.id, row.prompt, row.references, row.answer, others[row.id]) for row in rows if row.id in others]
    choices |= {"prompt": PAIRWISE, "rubric": _known(rubric) if rubric else "none", "against": digest, "orders": "both"}
    return Plan(metric, config, folder, rubric, rows, alone, pairwise_requests(config.chat, rows, rubric), choices)


def _row(one: Mapping[str, object], *, shown: bool) -> Row:
    references = one["references"] if shown else None
    texts = tuple(map(str, references)) if isinstance(references, Sequence) else ()
    prompt = one["prompt"]
    return Row(str(one["id"]), None if prompt is None else str(prompt), texts, str(one["prediction"]))


def _asked(chat: ChatSettings) -> dict[str, object]:
    """Return what else moves a judge's verdicts."""
    told: dict[str, object] = {"revision": chat.revision} if chat.revision else {}
    told["temperature"] = "own" if chat.temperature is None else f"{chat.temperature:g}"
    told |= {name: value for name in ("top_p", "seed") if (value := getattr(chat, name)) is not None}
    return told | ({"extra": fingerprint([orjson.dumps(chat.extra).decode()])} if chat.extra else {})


def _known(rubric: Rubric) -> str:
    digest = hashlib.sha256(orjson.dumps(rubric.model_dump(), option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]
    return f"{rubric.name}-{rubric.version}-{digest}"


def other_answers(
    metric: Judge, written: tuple[str, Fields], flag: str = "--set judge.against=OTHER_RUN"
) -> tuple[dict[str, str], str]:
    """Return the answers of the other run by id, and the first digits of the hash of them; ``flag`` names them.

    Raises:
        ThresherError: nothing says where they are, or they cannot be read.
    """
    source, fields = written
    against = _against(metric)
    if against is None:
        raise ConfigError(f"{metric.name} needs other answers to compare with", hint=f"{flag}, or in judge.toml")
    file = InputFile(against)
    if not file.path.is_file():
        raise InputError(f"there is no file {file.name!r} to compare with", hint=flag)
    frame = to_frame(READERS[source](file, fields), file.name)
    able = frame.filter(frame.with_columns(reason(("text",)))["reason"].is_null())
    found = dict(able.select("id", "prediction").iter_rows())
    return found, fingerprint(f"{name} {text}" for name, text in found.items())


def judge_files(metric: Judge) -> list[Path]:
    """Return the files that a judge read beside the predictions: judge.toml, its rubric, the other answers."""
    if metric.config is None:
        return []
    rubric = load_judge(metric.config).rubric
    against = _against(metric) if metric.variant == "pairwise" else None
    return [metric.config, *([metric.config.parent / rubric] if rubric else []), *([against] if against else [])]


def _against(metric: Judge) -> Path | None:
    against = metric.against or _configured(metric)
    return against / PREDICTIONS_FILE if against is not None and against.is_dir() else against


def _configured(metric: Judge) -> Path | None:
    named = load_judge(metric.config).against
    return None if named is None or metric.config is None else metric.config.parent / named
