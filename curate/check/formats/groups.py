"""Findings by code, or by another key: how many there are of each, and the first of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from curate.check.finding import Finding

Key = TypeVar("Key", bound=Hashable)


@dataclass
class Group:
    """Findings of one code: their count, and the first few in file and line order."""

    count: int = 0
    first: list[Finding] = field(default_factory=list)


def grouped(faults: Iterable[Finding], key: Callable[[Finding], Key], most: int) -> dict[Key, Group]:
    """Return a group for each key, in the order of their first findings, of which each keeps up to ``most``."""
    groups: dict[Key, Group] = {}
    for fault in faults:
        group = groups.setdefault(key(fault), Group())
        group.count += 1
        if group.count <= most:
            group.first.append(fault)
    return groups


def ranked(groups: Iterable[Group]) -> list[Group]:
    """Return groups of a code each: errors first, then the most frequent."""
    return sorted(groups, key=lambda group: (group.first[0].severity != "error", -group.count, group.first[0].code))


def by_code(faults: Iterable[Finding], most: int) -> list[Group]:
    """Return the findings by code, ranked, the first ``most`` of each."""
    return ranked(grouped(faults, lambda fault: fault.code, most).values())
