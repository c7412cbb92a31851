"""The table of items as one uses it: links, keys, print, and texts that mean harm."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.items import ITEM, first, said
from tests.browser.runs import HOSTILE

pytestmark = pytest.mark.xdist_group("browser")


def test_a_link_opens_its_item_and_so_does_a_click(see, report):
    seen = see(report("scores"))
    page = seen.go("#item=q17")

    page.locator(ITEM).wait_for()
    assert page.get_by_role("heading", name="q17").is_visible()
    assert "What is 17 plus 17?" in page.locator(ITEM).inner_text()
    page.locator(".items tbody tr:not(.spacer) a").nth(2).click()
    expect(page.locator("[data-part=name]")).not_to_have_text("q17")
    assert "item=" in page.url
    assert seen.noise == []


def test_an_open_item_tells_its_place_anew_when_the_table_is_narrowed(see, report):
    page = see(report("scores")).go("#item=q17")
    page.locator(ITEM).wait_for()
    place, before, after = (page.locator(f"[data-part={name}]") for name in ("place", "before", "after"))

    page.get_by_role("searchbox").fill('"what IS 17 plus"')
    expect(place).to_have_text("1 of 1 shown")
    assert (before.is_disabled(), after.is_disabled()) == (True, True)
    page.get_by_role("searchbox").fill('"what IS 18 plus"')
    expect(place).to_have_text("not among the rows shown")
    assert (before.is_disabled(), after.is_disabled()) == (True, True)
    page.get_by_role("button", name="clear").click()

    expect(place).to_contain_text("of 120 shown")
    assert after.is_enabled()
    assert page.locator("[data-part=name]").inner_text() == "q17"


def test_print_has_the_first_hundred_rows_and_says_so(see, report):
    page = see(report("scores")).go()
    told, rows = page.locator("[data-part=printed]"), page.locator(".rows tbody tr:not(.spacer)")
    assert not told.is_visible()

    page.emulate_media(media="print")
    expect(told).to_have_text("Printed are the first 100 of 120.")
    expect(rows).to_have_count(100)
    assert told.is_visible()
    page.emulate_media(media="screen")
    page.locator("label", has_text="language").locator("select").select_option(label="de (40)")
    page.emulate_media(media="print")

    expect(rows).to_have_count(40)
    assert told.inner_text() == ""
    assert page.locator(".rows table").get_attribute("aria-rowcount") == "41"


def test_a_link_to_an_item_that_is_not_there_says_so(see, report):
    page = see(report("scores")).go("#item=nobody")

    said(page, "no item here is called nobody")


def test_the_second_table_of_a_page_has_links_of_its_own(see, report):
    page = see(report("scores")).go()
    name = page.locator(".items").get_attribute("id")

    page = see(report("scores")).go(f"#{name}/item=q17")

    page.get_by_role("heading", name="q17").wait_for()


def test_keys_move_open_step_and_close(see, report):
    page = see(report("scores")).go()
    links = page.locator(".items tbody tr:not(.spacer) a")
    links.first.focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    last = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.textContent") == first(page) != last
    page.keyboard.press("Enter")
    expect(page.locator(ITEM)).to_be_focused()
    opened = page.locator("[data-part=name]").inner_text()
    page.get_by_role("button", name="next").press("Enter")
    expect(page.locator("[data-part=name]")).not_to_have_text(opened)
    page.keyboard.press("Escape")

    assert not page.locator(ITEM).is_visible()
    assert page.evaluate("document.activeElement.tagName") == "A"


def test_a_text_that_means_harm_is_shown_and_does_nothing(see, report):
    seen = see(report("comparison"))
    page = seen.go()

    told = []
    for number, text in enumerate(HOSTILE):
        page.goto(f"{seen.path.as_uri()}#item={quote(f'q{number}{text}', safe='')}")
        expect(page.locator("[data-part=place]")).to_contain_text("of 120 shown")
        expect(page.locator(".item pre").first).to_contain_text(f"What is {number} plus {number}?")
        told.append(page.locator(ITEM).inner_text())
    page.get_by_role("searchbox").fill("alert(3)")
    said(page, "1 of 120 items")

    assert not [text for text in told if set(text) & set("\u202e\u2066\u200b\u2028\x07\x1b")]
    assert "⟨U+202E⟩gnp.exe⟨U+202C⟩" in told[6]
    assert "<img src=x onerror=alert(3)>" in told[2]
    assert page.locator("main :is(img, iframe, script, [onclick], [onerror], [autofocus])").count() == 0
    assert seen.noise == []


def test_an_answer_of_json_differs_by_values_another_by_words(see, report):
    page = see(report("comparison")).go("#item=q20")  # the base's answer of JSON is wrong
    page.locator(ITEM).wait_for()
    assert "1 of 3 values differ from the" in page.locator(ITEM).inner_text()
    assert page.locator(".values del").first.inner_text() == "40"
    assert page.locator(".values ins").first.inner_text() == "0"

    page = see(report("comparison")).go("#item=q10")  # the candidate's answer goes on where it should end
    page.locator(ITEM).wait_for()
    assert page.locator(f"{ITEM} ins").inner_text() == ", or 10 perhaps"


def test_without_a_script_the_first_rows_are_there(chromium, report):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report("scores").as_uri())

    assert page.locator("noscript table tbody tr").count() == 50
    assert "The first 50 of 120 items" in page.locator(".items").inner_text()
    context.close()
