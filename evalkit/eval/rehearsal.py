"""The gate rehearsed on the items, before a model is asked: what it would refuse whatever the answers are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.core.record.fields import field_of
from evalkit.answers.item import Item, Said
from evalkit.answers.items import ItemFields
from evalkit.answers.run import REPLAY, Data, read_data
from evalkit.eval.config import EvalConfig, GateTable, PredictTable, ScoreTable
from evalkit.eval.flags import ITEMS, RUN, baselines, settings
from evalkit.gate.config import GateConfig, Limit, load_gate
from evalkit.gate.rules.evaluate import baseline_of, refuse_idle, slices_of, unscored
from evalkit.gate.rules.rule import names, refuse_margin
from evalkit.gate.rules.waivers import in_force, load_waivers
from evalkit.gate.runs.pairing import Pair, by_itself, pair
from evalkit.gate.runs.run import Run, read_run
from evalkit.metrics.metric import Metric
from evalkit.metrics.model.judge import Judge
from evalkit.predictions import Answer, data_sha256, to_frame
from evalkit.read.records import Fields
from evalkit.read.rows import answer_of
from evalkit.results import rows_of
from evalkit.run import make_metrics
from evalkit.score import measure

_SAID = "{}"  # an answer to anything: only whether there is something to score it by counts
_OF_ITEMS = ("no_reference", "bad_reference", "bad_schema", "bad_check", "no_choices", "no_logprobs")
_TOLD_BY_MODELS = ("likelihood", "choices")  # how these are taken is part of a signature, and only the model says it


def rehearse(config: EvalConfig, home: Path, out: Path) -> None:
    """Hold the rules against the items that will be asked; ``home`` has the paths, made items are in ``out``.

    Raises:
        ThresherError: the items cannot be read or are not those of a baseline, a metric was scored otherwise there, no
            item is in a slice or has what a metric needs, a margin never decides, or a waiver is of no rule.
    """
    if config.gate is None or config.predict is None:
        return
    data = _data(config.predict, home, out)
    if not data.path.is_file():
        return  # what can be read but once is read when it is asked
    rules = load_gate(home / config.gate.limits)
    _, items = read_data(data, config.predict.samples or 1)
    measured = {metric.name: metric for metric in make_metrics(config.score.metrics, settings(config.score, home))}
    wanted = [measured[name] for name in dict.fromkeys(limit.metric for limit in rules.limits)]
    candidate = stand_in(str(out / RUN), items, config.predict, config.score, wanted)
    held = {name: read_run(path) for name, path in baselines(config.gate, home).items()}
    allow_missing = config.gate.allow_missing
    pairs = {name: pair(candidate, base, allow_missing=allow_missing) for name, base in held.items()}
    alone = by_itself(candidate, held.values(), allow_missing=allow_missing)
    made = []
    for limit in rules.limits:
        own = alone if limit.alone else pairs[baseline_of(limit, pairs)]
        made += [(limit, where, limit.level or rules.level) for where in _places(limit, own, measured[limit.metric])]
    refuse_idle(made)
    file = _waivers(config.gate, rules, home)
    in_force(load_waivers(file) if file is not None else [], names(made))


def _places(limit: Limit, own: Pair, metric: Metric) -> list[str | None]:
    """Return the slices that a rule gates on, once it is known that it can be held against each."""
    refuse_margin(limit, metric)
    if own.base is not None and not isinstance(metric, Judge) and not set(metric.needs) & set(_TOLD_BY_MODELS):
        own.refuse_other_signature(limit.metric)
    if limit.slice == "*":
        return []
    places = slices_of(limit, own)
    sure = own.candidate.reasons(limit.metric, own.rows)
    for where in places:
        among = sure if where is None else sure[own.slices[where]]
        if all(why in _OF_ITEMS for why in among):
            raise unscored(limit, where)
    return places


def _waivers(table: GateTable, rules: GateConfig, home: Path) -> Path | None:
    return rules.waivers if table.waivers is None else home / table.waivers


def _data(table: PredictTable, home: Path, out: Path) -> Data:
    named = (table.id_field, table.prompt_field, table.reference_field, table.choices_field, table.answer_field)
    fields = ItemFields(*named, table.cluster_field, tuple(table.slice))
    ledger = None if table.ledger is None else home / table.ledger
    return Data(out / ITEMS if table.data is None else home / table.data, fields, ledger, table.limit)


def stand_in(
    name: str, items: Sequence[Item], predict: PredictTable, table: ScoreTable, metrics: Sequence[Metric]
) -> Run:
    """Return the run of a model that says the same to every item."""
    fields = Fields(
        table.id_field, table.prediction_field, table.reference_field, table.prompt_field, tuple(table.slice)
    )
    likelihoods = predict.logprobs or predict.model.startswith(REPLAY)
    frame = to_frame(_answers(items, fields, likelihoods=likelihoods), name)
    known = [metric.prepared(frame) for metric in metrics if not isinstance(metric, Judge)]
    scores = {
        "metrics": {metric.name: {"signature": metric.signature} for metric in known},
        "data_sha256": data_sha256(frame),
    }
    return Run(name, rows_of(frame, measure(frame, known)), scores)


def _answers(items: Sequence[Item], fields: Fields, *, likelihoods: bool) -> Iterator[Answer]:
    for item in items:
        sums = {"sums": [0.0] * len(item.choices)} if item.choices else None
        said = Said(_SAID, logprobs={"sum": -1.0, "tokens": 1} if likelihoods else None, choice_logprobs=sums)
        record = item.row() | said.row()
        answer = answer_of(record, fields)
        answer.id = str(field_of(record, fields.id or "id"))
        yield answer
