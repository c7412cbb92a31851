"""Equality of two values of JSON, however deep."""

from __future__ import annotations

from typing import Any


def equal(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Say whether two values are the same; the order of keys never counts, that of lists only where it is asked for.

    1 and 1.0 are one number, 1 and true are not.
    """
    known: dict[object, int] = {}
    return _number(one, known, ordered=ordered) == _number(other, known, ordered=ordered)


def _number(value: Any, known: dict[object, int], *, ordered: bool) -> int:
    """Return a number that equal values share: of a value by those of what it holds, so that nothing recurses."""
    nodes = [value]
    for node in nodes:  # grows by what each one holds
        nodes += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    numbers: dict[int, int] = {}
    for node in reversed(nodes):
        if isinstance(node, dict):
            form: object = (dict, frozenset((key, numbers[id(inner)]) for key, inner in node.items()))
        elif isinstance(node, list):
            inside = [numbers[id(inner)] for inner in node]
            form = (list, tuple(inside if ordered else sorted(inside)))
        else:
            form = (bool if isinstance(node, bool) else float if isinstance(node, int) else type(node), node)
        numbers[id(node)] = known.setdefault(form, len(known))
    return numbers[id(value)]
