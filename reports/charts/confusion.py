"""A confusion matrix: a cell for each wanted and said label, the darker the more rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.charts.svg import Chart, drawing, element, percent, rect, text
from reports.numbers import count, share
from reports.text import plain

MOST = 20  # labels; more are a table
CELL, TOP, NAMES = 26, 24, 0.34  # height of a row, of the heads; width of the labels
OTHER = "no label"


def confusion_chart(key: str, labels: Sequence[str], cells: Mapping[tuple[str, str | None], int]) -> Chart:
    """Return the matrix; ``cells`` are rows by (wanted, said), said being None where an answer was no label."""
    said: list[str | None] = [*labels]
    if any(one is None for _, one in cells):
        said.append(None)
    rows = {label: sum(n for (wanted, _), n in cells.items() if wanted == label) for label in labels}
    width = (1 - NAMES) / len(said)
    shapes: list[Markup] = []
    for place, one in enumerate(said):
        x = NAMES + width * (place + 0.5)
        shapes.append(text(percent(x, 1), TOP - 8, "–" if one is None else str(place + 1), "tiny quiet", "middle"))
    for line, label in enumerate(labels):
        y = TOP + line * CELL
        words = text(0, CELL - 9, plain(f"{line + 1} {label}", 60), "tiny")
        shapes.append(element("svg", words, x=0, y=y, width=percent(NAMES - 0.01, 1), height=CELL))  # cuts long names
        for place, one in enumerate(said):
            n = cells.get((label, one), 0)
            x, part = NAMES + width * place, n / rows[label] if rows[label] else 0.0
            kind = "right" if one == label else "wrong"
            shapes.append(rect(percent(x, 1), y, percent(width, 1), CELL, "cell"))
            if n:
                shade = element(
                    "rect", x=percent(x, 1), y=y, width=percent(width, 1), height=CELL, class_=f"cell {kind}",
                    fill_opacity=round(0.08 + 0.5 * part, 2),
                )  # fmt: skip
                shapes.append(shade)
                if len(said) <= 10:
                    middle = percent(x + width / 2, 1)
                    shapes.append(text(middle, y + CELL - 9, _short(n), "tiny number", "middle"))
    right = sum(cells.get((label, label), 0) for label in labels)
    total = sum(cells.values())
    title = "Confusion matrix"
    description = (
        f"{count(right)} of {count(total)} rows have the wanted label. A line is a wanted label, a column what was "
        "said; a cell is the darker, the larger its share of the line."
    )
    table = [
        (label, OTHER if one is None else one, count(n), share(n, rows[label]))
        for (label, one), n in sorted(cells.items(), key=lambda cell: (-cell[1], cell[0][0], cell[0][1] or ""))
        if n
    ]
    svg = drawing(key, title, description, TOP + CELL * len(labels) + 4, *shapes)
    legend = (("right", "as wanted"), ("wrong", "confused"))
    return Chart(key, title, description, svg, ("wanted", "said", "rows", "of the wanted"), table, legend)


def _short(n: int) -> str:
    return str(n) if n < 1000 else f"{n / 1000:.1f}k"
