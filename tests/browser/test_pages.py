"""Pages of every kind as a browser shows them: quiet, readable at any width, in light, dark and print."""

from __future__ import annotations

import pytest

from curate.core.command.door import run
from tests.browser.runs import KINDS, comparison

pytestmark = pytest.mark.xdist_group("browser")

LOOKS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]
TOO_WIDE = """[...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1
  && !one.closest(".wide, .rows, pre, svg, .hidden, .values")).map((one) => one.outerHTML.slice(0, 120))"""
BRIGHT = """(() => { const pixel = document.createElement("canvas").getContext("2d");
  pixel.fillStyle = getComputedStyle(document.body).backgroundColor; pixel.fillRect(0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data[0] > 128; })()"""

UNREADABLE = """(() => { const found = [];
  for (const drawing of document.querySelectorAll(".chart > svg")) {
    const texts = [...drawing.querySelectorAll("text")].map((one) => [one.textContent, one.getBoundingClientRect()]);
    const drawn = texts.filter(([, box]) => box.width > 0);
    for (const [words, box] of drawn) if (box.left < 0 || box.right > innerWidth) found.push(`cut: ${words}`);
    drawn.forEach(([words, a], place) => drawn.slice(place + 1).forEach(([others, b]) => {
      const [wide, high] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
      if (wide > 1 && high > 4) found.push(`over each other: ${words} and ${others}`);
    }));
  }
  for (const cell of document.querySelectorAll("main td, main th, main dd"))
    if (!cell.closest(".rows, .stack thead") && cell.checkVisibility() && cell.scrollWidth > cell.clientWidth + 1)
      found.push(`beyond its cell: ${cell.textContent.slice(0, 80)}`);
  return found; })()"""


@pytest.mark.parametrize(("width", "scheme"), LOOKS, ids=[f"{scheme} {width}" for width, scheme in LOOKS])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_quiet_fits_and_can_be_read_by_all(see, report, axe, kind, width, scheme):
    seen = see(report(kind), width=width, scheme=scheme)
    page = seen.go()

    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(TOO_WIDE)
    assert page.evaluate(BRIGHT) == (scheme == "light")
    assert page.evaluate(UNREADABLE) == []
    assert seen.faults() == []
    assert seen.noise == []


BEYOND = """[...document.querySelectorAll(".chart > svg")].flatMap((drawing) => {
  const right = drawing.getBoundingClientRect().right;
  const texts = [...drawing.querySelectorAll("text")].filter((one) => one.getBoundingClientRect().width > 0);
  return texts.filter((one) => one.textContent.length > 9 && one.getBoundingClientRect().right > right + 1).map((one) => one.textContent); })"""


@pytest.mark.parametrize("width", [320, 450, 560, 768, 1000, 1600])
def test_names_of_broad_letters_stay_within_their_charts(see, report, width):
    page = see(report("labels"), width=width).go()

    assert page.evaluate(BEYOND) == []
    assert page.evaluate(UNREADABLE) == []
    assert page.locator(".chart > svg text:visible", has_text="place=東京都").count() > 0


PALE = """(() => {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => { pixel.fillStyle = colour; pixel.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const looks = (one, style) => one.closest("svg") ? (style.fill === "none" ? style.stroke : style.fill) : style.borderTopColor;
  const told = [...document.querySelectorAll(
    "svg :is(.before, .accent, .lost, .split0, .split1, .split2, .line), input:not([type=radio], [type=checkbox]), select, textarea, button")]
    .filter((one) => one.checkVisibility() && !one.closest("thead")).map((one) => [one, looks(one, getComputedStyle(one)), 3]);
  for (const one of document.querySelectorAll("[placeholder]")) told.push([one, getComputedStyle(one, "::placeholder").color, 4.5]);
  const ratio = (colour) => { const own = light(colour); return Math.max(own, paper) / Math.min(own, paper); };
  return [told.length, ...told.filter(([, colour, least]) => ratio(colour) < least).map(([one, colour]) => `${one.outerHTML.slice(0, 90)} ${colour}`)];
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["curation", "new rows", "training", "scores"])
def test_shapes_and_fields_stand_out_from_the_paper(see, report, kind, scheme):
    page = see(report(kind), scheme=scheme).go()

    number, *pale = page.evaluate(PALE)

    assert number > 5
    assert pale == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fields_and_buttons_of_a_review_stand_out_too(see, tmp_path, scheme):
    base, tuned = comparison(tmp_path, lambda *words: run([str(word) for word in words]))
    flips = ["--flips", str(base), "--metric", "exact_match", "--output", str(tmp_path / "review.html")]
    assert run(["review", str(tuned), *flips]) == 0
    seen = see(tmp_path / "review.html", scheme=scheme)
    seen.page.goto(seen.path.as_uri())
    seen.page.locator("button").first.wait_for()

    number, *pale = seen.page.evaluate(PALE)

    assert number > 3
    assert pale == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_switch_turns_light_to_dark_and_back(see, report, kind):
    seen = see(report(kind))
    page = seen.go()

    lit = []
    for _ in range(3):
        lit.append(page.evaluate(BRIGHT))
        page.locator("#theme").press("Space")

    assert lit == [True, False, True]


@pytest.mark.parametrize("kind", KINDS)
def test_links_within_a_page_lead_somewhere(see, report, kind):
    page = see(report(kind)).go()

    lost = page.evaluate(
        """[...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href"))
        .filter((href) => !href.includes("item=") && !document.getElementById(href.slice(1)))"""
    )
    twice = page.evaluate(
        """(() => { const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
        return ids.filter((id, place) => ids.indexOf(id) !== place); })()"""
    )
    assert (lost, twice) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_keyboard_alone_reaches_everything(see, report, kind):
    page = see(report(kind)).go()
    reachable = page.evaluate(
        """[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
        .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()).length"""
    )

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = 0
    for _ in range(reachable + 5):
        if page.evaluate("document.activeElement === document.body"):
            break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        reached += 1
        page.keyboard.press("Tab")

    assert reached == reachable


@pytest.mark.parametrize("kind", KINDS)
def test_print_shows_what_a_screen_folds_away_or_scrolls(see, report, kind):
    seen = see(report(kind), width=794)  # A4 at 96 dots an inch
    page = seen.go()

    page.emulate_media(media="print")

    assert not page.locator(".switch").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 794, page.evaluate(TOO_WIDE)
    assert page.pdf()[:5] == b"%PDF-"
    assert seen.noise == []
