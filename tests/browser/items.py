"""A table of items in a page: where it says how many it shows, and what stands first."""

from __future__ import annotations

from playwright.sync_api import expect

STATUS = "[data-part=status]"
ITEM = "[data-part=item]"


def said(page, words: str) -> None:
    """Wait until the table says so."""
    expect(page.locator(STATUS)).to_have_text(words)


def first(page) -> str:
    return page.locator(".items tbody tr:not(.spacer) a").first.inner_text()
