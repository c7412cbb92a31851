"""A confusion matrix: a cell for each wanted and said label, the darker the more rows; of many labels some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from markupsafe import Markup

from reports.charts.names import name_of
from reports.charts.svg import Chart, drawing, element, percent, rect, text
from reports.numbers import count, share

MOST = 20  # labels that are drawn
CELL, TOP, NAMES = 26, 24, 0.34  # height of a row, of the heads; width of the labels
ROOMS = (36, 20, 15)  # widths of a label, as reports.charts.names has them
FEW = 10  # columns whose numbers have room on a phone
OTHERS, NONE = "other labels", "no label"
Cells = Mapping[tuple[str, str | None], int]


def confusion_chart(key: str, rows: Mapping[str, int], cells: Cells) -> Chart:
    """Return the matrix; ``rows`` are how many want a label, ``cells`` how many by (wanted, said), None for no label.

    Of more than 20 labels it has those that are confused most, wanted or said, and a line and a column for the others.
    Where ``cells`` leave rows out, which are then the rarest, these count as others.
    """
    drawn = _most_confused(list(rows), cells)
    lines = _lines(drawn, rows, cells)
    rest, none = len(drawn) < len(rows), any(said is None for _, said in cells)
    heads = [*ascii_uppercase[: len(drawn)], *(["…"] if rest else []), *(["–"] if none else [])]
    names = [*drawn, *([OTHERS] if rest else []), *([NONE] if none else [])]
    width = (1 - NAMES) / len(heads)
    shapes: list[Markup] = [text(0, TOP - 8, "wanted, and what was said", "tiny quiet wide-only")]
    for place, head in enumerate(heads):
        shapes.append(text(percent(NAMES + width * (place + 0.5), 1), TOP - 8, head, "tiny quiet", "middle"))
    for at, (label, numbers) in enumerate(lines):
        y = TOP + at * CELL
        shapes += name_of(y + CELL - 9, f"{heads[at]} {label}", ROOMS, "tiny")
        whole = sum(numbers)
        for place, n in enumerate(numbers):
            x = NAMES + width * place
            shapes.append(rect(percent(x, 1), y, percent(width, 1), CELL, "cell"))
            if n:
                kind = "right" if place == at else "wrong"
                shade = element(
                    "rect", x=percent(x, 1), y=y, width=percent(width, 1), height=CELL, class_=f"cell {kind}",
                    fill_opacity=round(0.08 + 0.5 * n / whole, 2),
                )  # fmt: skip
                shapes.append(shade)
                size = "tiny number" if len(heads) <= FEW else "tiny number wide-only"
                shapes.append(text(percent(x + width / 2, 1), y + CELL - 9, _short(n), size, "middle"))
    table = [
        (label, names[place], count(n), share(n, sum(numbers)))
        for label, numbers in lines
        for place, n in enumerate(numbers)
        if n
    ]
    table.sort(key=lambda one: -int(one[2].replace(",", "")))
    title = (
        f"Confusion matrix of the {MOST} labels confused most, of {count(len(rows))}" if rest else "Confusion matrix"
    )
    svg = drawing(key, title, _told(rows, cells, rest=rest), TOP + CELL * len(lines) + 4, *shapes)
    legend = (("right", "as wanted"), ("wrong", "confused"))
    columns = ("wanted", "said", "rows", "of the wanted")
    return Chart(key, title, _told(rows, cells, rest=rest), svg, columns, table, legend)


def _most_confused(labels: Sequence[str], cells: Cells) -> list[str]:
    """Return the labels that are drawn, in the order they have."""
    wrong: Counter[str] = Counter()
    for (wanted, said), n in cells.items():
        if wanted != said:
            wrong[wanted] += n
            wrong.update({} if said is None else {said: n})
    first = sorted(labels, key=lambda label: -wrong[label])[:MOST]
    return [label for label in labels if label in first]


def _lines(drawn: Sequence[str], rows: Mapping[str, int], cells: Cells) -> list[tuple[str, list[int]]]:
    """Return for each line its label, and its rows by column: the labels drawn, others, and no label."""
    rest, none = len(drawn) < len(rows), any(said is None for _, said in cells)
    found = []
    for label in drawn:
        numbers = [cells.get((label, said), 0) for said in drawn]
        unlabelled = cells.get((label, None), 0)
        others = max(rows[label] - sum(numbers) - unlabelled, 0)
        found.append((label, [*numbers, *([others] if rest else []), *([unlabelled] if none else [])]))
    if rest:
        hidden: Counter[str | None] = Counter()
        for (wanted, said), n in cells.items():
            if wanted not in drawn:
                hidden[said] += n
        # among themselves the others are right and confused: that is no one number
        found.append((OTHERS, [*(hidden[said] for said in drawn), 0, *([hidden[None]] if none else [])]))
    return found


def _told(rows: Mapping[str, int], cells: Cells, *, rest: bool) -> str:
    right = sum(n for (wanted, said), n in cells.items() if wanted == said)
    how = "A line is a wanted label, a column what was said; a cell is the darker, the larger its share of the line."
    if rest:
        return f"{how} {OTHERS.capitalize()} have a line and a column; among themselves they are not counted."
    return f"{count(right)} of {count(sum(rows.values()))} rows have the wanted label. {how}"


def _short(n: int) -> str:
    return str(n) if n < 1000 else f"{n / 1000:.1f}k"
