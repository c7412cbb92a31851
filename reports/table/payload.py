"""A table to the text that the page carries for its script, within the room there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.numbers import count, plural
from reports.table.packed import column_value, packed
from reports.table.sample import order
from reports.table.table import Table
from reports.table.texts import Packed, pack_texts

SAMPLE, SAMPLE_A_ROW = 150_000, 60  # bytes of texts beside those that matter most
LONGEST = (1_000_000, 20_000, 4_000, 1_000)  # characters of a text, tried until what matters most has room
HEAD, LISTED = 600, 0.6  # bytes for what is no row; of the room, what rows take where not all have it, texts the rest
SLOT = 4  # bytes that the number of a row with texts takes, packed


@dataclass(frozen=True)
class Payload:
    """``text``: a line of columns, then lines of texts; ``kept`` rows have theirs; a sentence for what was left out.

    ``listed`` are the rows whose columns are there.
    """

    text: str
    kept: int
    left_out: tuple[str, ...]
    listed: int = 0


def payloads(tables: Sequence[Table], room: int, *, every: bool = False) -> dict[str, Payload]:
    """Return the payload of each table by its id, in ``room`` bytes together; what one leaves is the next one's."""
    made: dict[str, Payload] = {}
    by_size = sorted(tables, key=lambda table: (table.frame.height, table.id))
    for place, table in enumerate(by_size):
        made[table.id] = payload(table, room // (len(by_size) - place), every=every)
        room -= len(made[table.id].text)
    return made


def payload(table: Table, room: int, *, every: bool = False) -> Payload:
    """Return what fits into ``room`` bytes: all columns, and texts of what matters most and of a sample.

    With ``every``, texts of as many rows as have room; else the sample stays small enough for a page to be mailed.
    """
    rows, firsts = order(table)
    listed, columns, size = _listed(table, rows, room)
    places = {row: place for place, row in enumerate(listed)}
    wanted = [row for row in rows if row in places]
    left = room - size - SLOT * len(wanted)
    found = _texts(table, wanted, min(firsts, len(wanted)), left, every=every)
    slots = [places[row] for row in found.rows]
    head = {"columns": columns, "rows": len(listed), "details": [vars(one) for one in table.details]}
    head |= {
        "whole": max(table.whole, table.frame.height),
        "key": table.key,
        "noun": table.noun,
        "slots": slots,
        "starts": found.starts,
    }
    text = "\n".join([packed(head), *found.lines])
    return Payload(text, len(slots), tuple(_left_out(table, len(listed), wanted[:firsts], found)), len(listed))


def _listed(table: Table, rows: list[int], room: int) -> tuple[list[int], list[dict[str, object]], int]:
    """Return the rows that are listed at all, in the frame's order, their columns, and how large these are, packed."""
    listed = list(range(len(rows)))
    while True:
        frame = table.frame if len(listed) == len(rows) else table.frame[listed]
        columns = [column_value(column, frame[column.name]) for column in table.columns]
        size = len(packed(columns))
        if size <= room - HEAD or not listed:
            return listed, columns, size
        fewer = int(len(listed) * LISTED * max(room - HEAD, 0) / size)
        listed = sorted(rows[:fewer])


def _texts(table: Table, wanted: list[int], firsts: int, left: int, *, every: bool) -> Packed:
    """Return packed texts: those that matter most, clipped where they have no room, then of the sample."""
    if not table.details:
        return Packed()
    texts = table.frame.select(detail.name for detail in table.details)
    for longest in LONGEST:
        found = pack_texts(texts, wanted[:firsts], longest, left)
        if len(found.rows) == firsts:
            break
    left -= found.size
    budget = left if every else min(left, SAMPLE + SAMPLE_A_ROW * len(wanted))
    return found + pack_texts(texts, wanted[firsts:], longest, budget)


def _left_out(table: Table, listed: int, firsts: list[int], found: Packed) -> list[str]:
    """Return a sentence for each kind of thing that the page does not hold."""
    told = []
    if table.frame.height > listed:
        missing = plural(table.frame.height - listed, *table.noun)
        told.append(f"{missing} of {count(table.frame.height)} had no room and are not listed.")
    if table.details and len(found.rows) < listed:
        kept = f"{count(len(found.rows))} of {plural(listed, *table.noun)} carry their texts"
        if firsts and set(firsts) <= set(found.rows):
            told.append(f"{kept}: all {count(len(firsts))} {table.firsts}, and a sample of the others.")
        elif firsts:
            told.append(f"{kept}; there was no room for those of all {count(len(firsts))} {table.firsts}.")
        else:
            told.append(f"{kept}: a sample of all sorts alike.")
    if found.clipped:
        told.append(f"{plural(found.clipped, 'text')} longer than {count(found.longest)} characters end there.")
    return told
