"""Which evaluation items each rule finds in rows, what it takes wrongly, and what it costs.

``python -m benchmarks.contamination --sets FILES... --clean FILES... --rephrased FILES... --verbatim SET KEY FIELD``

--sets       evaluation sets; a sample of their items is planted into rows of other text, edited by degrees
--clean      training data that holds none of them, or few: every row that goes is printed by --show
--rephrased  pairs {"test": item, "train": row that rewrites it} a line
--verbatim   a set, and a file of lines whose FIELD names the items of it that older sets hold word for word

A cell is the share of rows whose item was found, and of those that went. Beside the rules stand the default's n-grams
where any shared one counts, and a plain 13-gram search, written here: a row goes that shares any 13 words with an item.
CPU is of the search alone, without reading.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
import polars as pl

from benchmarks.corpora.planted_items import Planted, block_of, planted
from benchmarks.measuring.measure import print_table
from curate.check.judge import Judge, drops
from curate.contamination.hits import CONTAMINATED
from curate.contamination.rules import RULES
from curate.contamination.search import Search
from curate.contamination.texts import row_texts
from curate.core.items.read import Asking, ItemFile, read_items
from curate.core.read.build import Builder
from curate.core.read.records import read_records
from curate.core.read.rows import Seen
from curate.core.read.source import Wanted, find_sources

ANY, PLAIN = "any 8-gram", "plain 13-gram"
Find = Callable[[pl.DataFrame], pl.DataFrame]  # rows to (row, item, goes)


class Case(NamedTuple):
    """Rows, each with the item it holds, against some sets."""

    name: str
    files: list[ItemFile]
    items: list[int]
    block: pl.DataFrame


def by_rule(rule: str, files: list[ItemFile], above: float | None = None) -> Find:
    """Return the search of a rule, short items among it."""
    search = Search(files, rule, above, 7)
    told = ("row", "item", (pl.col("means") == CONTAMINATED).alias("goes"))
    return lambda block: search.hits(block).select(*told)


def by_plain_words(files: list[ItemFile]) -> Find:
    """Return a search written as one does at first: any 13 words in a row, in dictionaries."""
    known: dict[str, set[int]] = {}
    for at, item in enumerate(item for file in files for item in file.items):
        for gram in _runs(item.question):
            known.setdefault(gram, set()).add(at)

    def find(block: pl.DataFrame) -> pl.DataFrame:
        texts = enumerate(row_texts(block).to_list())
        hits = {(row, item) for row, text in texts for gram in _runs(text) for item in known.get(gram, ())}
        return pl.DataFrame(
            [(row, item, True) for row, item in hits],
            schema={"row": pl.Int64, "item": pl.Int64, "goes": pl.Boolean},
            orient="row",
        )

    return find


def _runs(text: str) -> Iterator[str]:
    kept = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return (" ".join(kept[at : at + 13]) for at in range(len(kept) - 12))


def recall_cell(find: Find, case: Case) -> str:
    """Return the share of rows whose own item was found, and the share that went."""
    wanted = pl.DataFrame({"row": range(len(case.items)), "item": case.items})
    hits = find(case.block)
    found = hits.join(wanted, on=["row", "item"])["row"].n_unique()
    went = hits.filter("goes")["row"].n_unique()
    return f"{found / len(case.items):.1%} / {went / len(case.items):.1%}"


def clean_row(name: str, find: Find, built: float, blocks: dict[str, pl.DataFrame]) -> list[str]:
    """Return, for the clean rows, how many went and how many are only warned of; and the cost."""
    rows = went = warned = 0
    spent = 0.0
    for block in blocks.values():
        started = time.process_time()
        hits = find(block)
        spent += time.process_time() - started
        gone = hits.filter("goes")["row"].n_unique()
        rows, went, warned = rows + len(block), went + gone, warned + hits["row"].n_unique() - gone
    return [name, f"{rows:,}", f"{went} ({went / rows:.3%})", str(warned), f"{spent / rows * 1e6:.1f}", f"{built:.2f}"]


def rows_of(path: Path) -> pl.DataFrame:
    """Return the rows of a file that can be read."""
    made = Builder(0, Judge(), drops, lambda _: False)
    for batch in read_records(find_sources([Wanted(str(path))], Path.cwd())[0], Seen(), hashing=False):
        made.add(batch)
    return made.block().filter(pl.col("messages").is_not_null())


def cases_of(asked: argparse.Namespace, files: list[ItemFile]) -> list[Case]:
    """Return what is looked for: rephrased items, items of older sets, planted ones."""
    cases = []
    for path in asked.rephrased:
        items = read_items(path.name, path.resolve().parent, Asking(question="test"))
        rewritten = [orjson.loads(line)["train"] for line in path.read_bytes().splitlines()]
        block = block_of(rewritten, ["" for _ in rewritten])
        cases.append(Case(f"{items.suite}, rephrased", [items], list(range(len(rewritten))), block))
    if asked.verbatim:
        path, key, field = asked.verbatim
        items = read_items(path, Path.cwd())
        named = {orjson.loads(line)[field] for line in Path(key).read_bytes().splitlines()}
        places = [at for at, item in enumerate(items.items) if item.id in named]
        questions = [items.items[at].question for at in places]
        cases.append(Case(f"{items.suite}, verbatim", [items], places, block_of(questions, questions)))
    every = [item for file in files for item in file.items]
    sample: list[Planted] = planted(every, asked.planted, seed=1) if every else []
    return [*cases, *(Case(one.name, files, one.items, one.block) for one in sample)]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.contamination",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sets", nargs="*", type=Path, default=[], help="evaluation sets")
    parser.add_argument("--clean", nargs="*", type=Path, default=[], help="training data without their items")
    parser.add_argument("--rephrased", nargs="*", type=Path, default=[], help="pairs of test and train")
    parser.add_argument("--verbatim", nargs=3, metavar=("SET", "KEY", "FIELD"), help="items that older sets hold")
    parser.add_argument("--planted", type=int, default=1000, help="items planted in each way (1000)")
    parser.add_argument("--show", action="store_true", help="print the clean rows that go, by the default rule")
    asked = parser.parse_args()
    files = [read_items(path.name, path.resolve().parent) for path in asked.sets]
    finders = {rule: _named(rule) for rule in RULES} | {ANY: _named("ngram8_half", 0.0), PLAIN: by_plain_words}
    cases = cases_of(asked, files)
    cells = {name: [recall_cell(make(case.files), case) for case in cases] for name, make in finders.items()}
    table = [
        [case.name, f"{len(case.items):,}", *(cells[name][at] for name in finders)] for at, case in enumerate(cases)
    ]
    print_table(("rows", "items", *finders), table)
    blocks = {path.stem: rows_of(path) for path in asked.clean}
    if blocks:
        costs = []
        for name, make in finders.items():
            started = time.process_time()
            find = make(files)
            costs.append(clean_row(name, find, time.process_time() - started, blocks))
        print()
        print_table(("rule", "clean rows", "went", "warned of", "CPU us a row", "CPU s to index"), costs)
    if asked.show:
        _show(files, blocks)


def _named(rule: str, above: float | None = None) -> Callable[[list[ItemFile]], Find]:
    return lambda files: by_rule(rule, files, above)


def _show(files: list[ItemFile], blocks: dict[str, pl.DataFrame]) -> None:
    find = by_rule("ngram8_half", files)
    items = [(file.suite, item) for file in files for item in file.items]
    for name, block in blocks.items():
        for row, at, _ in find(block).filter("goes").iter_rows():
            suite, item = items[at]
            said = row_texts(block[row : row + 1]).item()[:300]
            print(f"\n{name} row {row}: {said!r}\n  {suite} {item.id}: {item.question[:300]!r}")


if __name__ == "__main__":
    main()
