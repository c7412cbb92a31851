"""What changed between two runs, before any score: data, configuration, model, versions, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from curate.core.write.manifest import files_in
from evalkit.gate.runs.run import Run
from evalkit.gate.runs.signature import signature_of

_SECTIONS = ("config", "score", "model", "generation", "template", "seed", "thresher", "versions")  # of a manifest
_SHORT = 12  # digits of a hash


class Change(NamedTuple):
    """One thing that is not the same on both sides."""

    section: str  # data, items, config, model, generation, template, versions, signatures
    key: str
    base: Any  # None: not there
    candidate: Any


def changes(base: Run, candidate: Run) -> list[Change]:
    """Return everything that is known to differ, the data first and signatures last."""
    found = [*_data(base, candidate)]
    for section in _SECTIONS:
        one, other = (_flat(run.manifest.get(section), section) for run in (base, candidate))
        found += [
            Change(section, key, one.get(key), other.get(key))
            for key in sorted({*one, *other})
            if one.get(key) != other.get(key)
        ]
    if not base.manifest or not candidate.manifest:
        one, other = (_flat(run.scores.get("model"), "model") for run in (base, candidate))
        known = {change.key for change in found}
        found += [
            Change("model", key, one.get(key), other.get(key))
            for key in sorted({*one, *other} - known)
            if one.get(key) != other.get(key)
        ]
    return found + list(_signatures(base, candidate))


def _data(base: Run, candidate: Run) -> Iterator[Change]:
    one, other = (str(run.scores.get("data_sha256"))[:_SHORT] for run in (base, candidate))
    if one != other:
        yield Change("data", "prompts, references and choices", one, other)
    files, others = (_inputs(run) for run in (base, candidate))
    alike = {*files.values()} & {*others.values()}  # the same bytes by another name are no other data
    for key in sorted({*files, *others}):
        if files.get(key) != others.get(key) and not {files.get(key), others.get(key)} - {None} <= alike:
            yield Change("data", key, files.get(key), others.get(key))
    ids, other_ids = (set(run.rows["id"].to_list()) for run in (base, candidate))
    if ids != other_ids:
        yield Change("items", "only here", len(ids - other_ids), len(other_ids - ids))
        yield Change("items", "in all", len(ids), len(other_ids))


def _inputs(run: Run) -> dict[str, str]:
    """Return the hash of each input by its manifest, but of the answers themselves, which differ by their nature."""
    if run.manifest.get("command") == "score":
        return {}
    return {one["path"]: one["sha256"][:_SHORT] for one in files_in(run.manifest, "inputs")}


def _signatures(base: Run, candidate: Run) -> Iterator[Change]:
    for name in sorted({*base.metrics, *candidate.metrics}):
        one, other = (signature_of(run.metrics[name]) if name in run.metrics else None for run in (base, candidate))
        if one != other:
            yield Change("signatures", name, one, other)


def _flat(value: Any, key: str) -> dict[str, Any]:
    """Return the leaves of nested tables by their path."""
    if isinstance(value, Mapping):
        found: dict[str, Any] = {}
        for name, inner in value.items():
            found |= _flat(inner, f"{key}.{name}")
        return found
    return {} if value is None else {key: value}
