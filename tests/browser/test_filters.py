"""Which rows of a table are shown, and in which order: search, filters with their numbers, heads that sort."""

from __future__ import annotations

import polars as pl
import pytest
from playwright.sync_api import expect

from reports.table.table import Column
from tests.browser.items import STATUS, first, said

pytestmark = pytest.mark.xdist_group("browser")


def test_search_finds_words_of_texts_that_no_row_shows(see, report):
    page = see(report("scores")).go()

    page.get_by_role("searchbox").fill('"what IS 17 plus"')

    said(page, "1 of 120 items")
    assert first(page) == "q17"


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        pytest.param("scores", "Timeout", "3 of 120 items", id="a fault, in any case"),
        pytest.param("comparison", '"right to wrong"', "18 of 120 items", id="a flip"),
        pytest.param("comparison", '"right to wrong" de 10', "1 of 120 items", id="a flip, a slice and an id"),
        pytest.param("curation", "empty_answer", "3 of 35 rows", id="a reason"),
    ],
)
def test_search_finds_the_words_that_rows_show(see, report, kind, query, found):
    page = see(report(kind)).go()

    page.get_by_role("searchbox").fill(query)

    said(page, found)


def test_enter_in_the_search_sends_nothing(see, report):
    seen = see(report("scores"))
    page = seen.go()

    page.get_by_role("searchbox").fill("perhaps")
    page.get_by_role("searchbox").press("Enter")

    expect(page.locator(STATUS)).to_contain_text("of 120 items")
    assert seen.noise == []


def test_a_phrase_in_quotes_is_one(see, report):
    page = see(report("scores")).go()

    page.get_by_role("searchbox").fill("117 plus is")
    said(page, "1 of 120 items")
    page.get_by_role("searchbox").fill('"117 plus is"')

    said(page, "0 of 120 items")
    assert page.get_by_text("No item is like that").is_visible()


def test_filters_narrow_and_clear_shows_all(see, report):
    page = see(report("scores")).go()

    page.locator("label", has_text="language").locator("select").select_option(label="de (40)")
    said(page, "40 of 120 items")
    page.locator("label", has_text="fault").locator("select").select_option(index=1)
    said(page, "1 of 120 items")
    page.get_by_role("button", name="clear").click()

    said(page, "120 of 120 items")


def choices(page, label: str) -> list[str]:
    """Return the words of a filter, with how many rows each has."""
    return page.locator("label", has_text=label).first.locator("option").all_inner_texts()[1:]


def test_a_row_with_several_words_is_counted_and_found_under_each(tabled):
    warned = [["bare_tool", "other"], ["other"], None, ["bare_tool"]]
    frame = pl.DataFrame({"id": list("abcd"), "warnings": warned})
    page = tabled(frame, [Column("id", "text", "id"), Column("warnings", "choice", "warnings", filter=True)])

    assert choices(page, "warnings") == ["bare_tool (2)", "other (2)"]
    page.locator("label", has_text="warnings").locator("select").select_option(label="bare_tool (2)")

    said(page, "2 of 4 items")
    assert page.locator(".rows tbody tr:not(.spacer)").all_inner_texts() == ["a\tbare_tool, other", "d\tbare_tool"]


MOVED = pl.DataFrame(
    {
        "id": list("abc"),
        "one": ["right to wrong", "both right", None],
        "two": ["both right", "both right", "both wrong"],
    }
)
BY_METRIC = [
    Column("id", "text", "id"),
    *(
        Column(n, "choice", n, filter=True, order=("right to wrong",), family=("flip", "by metric"))
        for n in ("one", "two")
    ),
]


def test_a_filter_of_several_metrics_counts_each_row_once_and_anew_by_a_metric(tabled):
    page = tabled(MOVED, BY_METRIC)

    assert choices(page, "flip") == ["right to wrong (1)", "both right (2)", "both wrong (1)"]
    page.locator("label", has_text="flip").locator("select").select_option(label="both right (2)")
    said(page, "2 of 3 items")
    page.locator("label", has_text="by metric").locator("select").select_option(label="one")
    said(page, "1 of 3 items")
    assert choices(page, "flip") == ["right to wrong (1)", "both right (1)", "both wrong (0)"]
    page.get_by_role("button", name="clear").click()

    assert choices(page, "flip") == ["right to wrong (1)", "both right (2)", "both wrong (1)"]


def test_a_table_of_a_part_says_of_how_many_rows_it_is(tabled):
    page = tabled(pl.DataFrame({"id": ["a", "b"]}), [Column("id", "text", "id")], whole=30_000, noun=("row", "rows"))
    said(page, "2 of 2 rows here, of 30,000 in all")

    page.get_by_role("searchbox").fill("b")

    said(page, "1 of 2 rows here, of 30,000 in all")


def test_a_filter_that_cannot_list_all_words_says_how_many_more_there_are(tabled):
    frame = pl.DataFrame({"id": [f"r{n}" for n in range(320)], "topic": [f"t{max(n, 10)}" for n in range(320)]})
    page = tabled(frame, [Column("id", "text", "id"), Column("topic", "choice", "topic", filter=True)])

    listed = choices(page, "topic")
    assert (len(listed), listed[0], listed[-1]) == (301, "t10 (11)", "and 10 more: search finds them")
    assert page.locator("option", has_text="search finds them").is_disabled()
    page.get_by_role("searchbox").fill("t319")

    said(page, "1 of 320 items")


def test_flips_are_first_and_filtered_by_metric(see, report):
    page = see(report("comparison")).go()

    rows = page.locator(".items tbody tr:not(.spacer):visible")
    expect(rows.first).to_contain_text("right to wrong")
    page.locator("label", has_text="flip").locator("select").select_option(label="wrong to right (24)")
    said(page, "24 of 120 items")
    expect(rows.first).to_contain_text("wrong to right")


def test_a_head_sorts_down_up_and_back(see, report):
    page = see(report("scores")).go()
    head, column = page.get_by_role("button", name="token_f1"), page.locator("th[data-column='value token_f1']")
    before = first(page)

    orders = []
    for _ in range(3):
        head.click()
        orders.append(column.get_attribute("aria-sort"))

    assert orders == ["descending", "ascending", "none"]
    assert first(page) == before


NATURAL = ["a:2", "a:10", "A:11", "b:1", "item 9", "item 10 of 3", "item 10 of 20"]


def test_numbers_within_texts_and_words_sort_as_numbers(tabled):
    mixed = [NATURAL[place] for place in (4, 1, 6, 0, 3, 5, 2)]
    columns = [Column("id", "text", "id"), Column("word", "choice", "word", filter=True)]
    page = tabled(pl.DataFrame({"id": mixed, "word": mixed[::-1]}), columns)
    shown = page.locator(".rows tbody tr:not(.spacer)")

    assert choices(page, "word") == [f"{word} (1)" for word in NATURAL]
    for column in (0, 1):
        page.locator("thead button").nth(column).click()
        assert [row.split("\t")[column] for row in shown.all_inner_texts()] == NATURAL[::-1]
        page.locator("thead button").nth(column).click()
        assert [row.split("\t")[column] for row in shown.all_inner_texts()] == NATURAL
