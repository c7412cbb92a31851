"""A training run as its page shows it: verdict, curves, rows with their label mask, configuration."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from curate.core.run.toml import toml
from reports.charts.svg import Chart
from reports.numbers import count, share
from reports.place import Place
from reports.training.charts import loss_chart, pace_charts, suites_chart
from reports.training.read import Training
from reports.training.verdict import best_of, eval_losses, headline, looks, sentences
from reports.view import View

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class TrainingView(View):
    """All that the template of a training run takes."""

    run: Training
    texts: bool
    best: int | None
    sentences: list[str]
    looks: list[str]
    loss: Chart | None
    paces: list[Chart]
    suites: Chart | None
    moved: list[tuple[str, float, float | None]]  # suite, base, tuned
    facts: list[tuple[str, str]]  # of the machine
    counts: list[tuple[str, str, str]]  # what of the rows, how many, share
    commands: list[tuple[str, str]]
    config: str


def training_view(run: Training, place: Place) -> TrainingView:
    """Return the view of a training run; alone, it is called by its adapter, not by its folder."""
    key = f"run{place.number}"
    folder = "DIR" if place.alone else str(run.folder.path)
    base, best_loss = eval_losses(run)
    stats = run.stats
    steps = max((line.step for line in run.lines), default=0)
    return TrainingView(
        kind="training",
        template="training.html",
        anchor=key,
        name=_name(run),
        headline=headline(run),
        figures=(
            ("steps", count(steps)),
            ("rows", count(_rows(run))),
            ("validation loss", "–" if best_loss is None else f"{best_loss:.3f}"),
            ("before training", "–" if base is None else f"{base:.3f}"),
        ),
        told={
            "folder": str(run.folder.path),
            "manifest_sha256": run.folder.sha256,
            "steps": steps,
            "best_step": best_of(run),
            "eval_loss": best_loss,
            "base_eval_loss": base,
            "stopped": None if stats is None or stats.stopped is None else stats.stopped.reason,
        },
        run=run,
        texts=place.texts,
        best=best_of(run),
        sentences=sentences(run),
        looks=looks(run),
        loss=loss_chart(run, key),
        paces=pace_charts(run, key),
        suites=suites_chart(run, key),
        moved=[]
        if stats is None
        else [(name, base, stats.suites.get(name)) for name, base in sorted(stats.base_suites.items())],
        facts=_machine(run),
        counts=_counts(run),
        commands=_commands(run, shlex.quote(folder)),
        config=toml(run.manifest.config),
    )


def _name(run: Training) -> str:
    adapter, model = run.manifest.adapter, run.manifest.model
    if adapter.get("name"):
        return f"{adapter['name']} {adapter.get('version', '')}".strip()
    return str(model.get("name") or "training run")


def _rows(run: Training) -> int:
    return run.stats.rows if run.stats is not None else int(run.manifest.counts.get("kept", 0))


def _counts(run: Training) -> list[tuple[str, str, str]]:
    stats = run.stats
    if stats is None:
        return []
    cut, lost = stats.truncated_tokens, stats.truncated_trained_tokens
    told = [
        ("rows trained on", count(stats.rows), ""),
        ("of them against forgetting", count(stats.rehearsal_rows), share(stats.rehearsal_rows, stats.rows)),
        ("validation rows", count(stats.validation_rows), ""),
        ("tokens of a pass", count(stats.tokens), ""),
        ("of them trained", count(stats.trained_tokens), share(stats.trained_tokens, stats.tokens)),
        ("truncated rows", count(stats.truncated), share(stats.truncated, stats.rows)),
        ("tokens cut off", count(cut), share(cut, stats.tokens + cut)),
        ("of those, to be trained", count(lost), share(lost, cut)),
    ]
    if stats.packs is not None and stats.packing == "packed":
        told.append(("packs of a pass", count(stats.packs), "" if stats.full is None else f"{stats.full:.1%} full"))
    if stats.parameters is not None and stats.trainable_parameters is not None:
        told.append(
            (
                "trained parameters",
                count(stats.trainable_parameters),
                share(stats.trainable_parameters, stats.parameters),
            )
        )
    return told


def _machine(run: Training) -> list[tuple[str, str]]:
    times, stats = run.times, run.stats
    told = []
    if times.device:
        many = f", {times.processes} processes" if times.processes and times.processes > 1 else ""
        told.append(("device", f"{times.device}{many}"))
    if stats is not None and stats.dtype:
        told.append(("precision", stats.dtype))
    memory = "not measured: only GPUs tell it"
    if times.peak_memory_bytes is not None:
        memory = f"{times.peak_memory_bytes / MIB:,.0f} MiB at most"
    told.append(("memory", memory))
    if times.seconds is not None:
        told.append(("time", f"{times.seconds:,.1f} s"))
    if times.tokens_per_second is not None:
        told.append(("speed", f"{times.tokens_per_second:,.0f} tokens a second"))
    return told


def _commands(run: Training, folder: str) -> list[tuple[str, str]]:
    adapter = run.manifest.adapter.get("kind") == "lora"
    merge = [("merge it into its base", f"thresher merge {folder}/adapter --out MERGED")] if adapter else []
    return [
        ("make it again", "thresher train train.toml --out NEW_DIR"),
        *merge,
        ("make this page again", f"thresher report {folder} --output report.html"),
    ]
