"""The page of two scored runs at 1,000 and at 100,000 rows: what making it costs, and what a browser spends on it.

``python -m benchmarks.report [--rows 1000 100000] [--times K]`` prints CPU seconds and bytes of ``thresher report BASE
TUNED``, then, from chromium (the machine's own, driven by playwright), CPU until the table's rows stand, which is after
the first paint, and CPU of the page's main thread for one filter, one sort and one search. Medians; ratios last.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.measuring.measure import THRESHER, Used, median_cpu, print_table, run

METRICS = "exact_match,token_f1"
WORDS = 6000
FLIPPED = 0.1  # of the rows
READY = ".items.live tbody tr:not(.spacer)"
CHOOSE = """() => {
  const list = [...document.querySelectorAll(".filters select")].find((one) => one.options.length > 3);
  list.value = "1"; list.dispatchEvent(new Event("change")); document.body.offsetHeight; }"""
SORT = "() => { document.querySelectorAll('.rows thead button')[1].click(); document.body.offsetHeight; }"
AIMS = {"first paint and rows, CPU of the main thread": 1.0, "filter": 0.2, "search": 0.2}


def write_predictions(path: Path, rows: int, model: str) -> Path:
    """Write predictions of one of two models that differ on a tenth of the rows."""
    draw = random.Random(7)
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(WORDS)]
    with path.open("wb") as file:
        for n in range(rows):
            prompt, answer = (" ".join(draw.choices(words, k=draw.randint(20, 60))) for _ in range(2))
            right = {"base": draw.random() < 0.7, "tuned": True}
            right["tuned"] = right["base"] ^ (draw.random() < FLIPPED)
            told = answer if right[model] else f"{answer} {words[n % WORDS]}"
            row = {"id": f"item-{n:06}", "prompt": prompt, "reference": answer, "prediction": told}
            file.write(orjson.dumps(row | {"slices": {"language": ("de", "en", "fr")[n % 3]}}) + b"\n")
    return path


def make(work: Path, rows: int, times: int) -> tuple[Path, list[Used]]:
    """Return the page of both runs, and what each making of it used."""
    runs = []
    for model in ("base", "tuned"):
        source = write_predictions(work / f"{model}-{rows}.jsonl", rows, model)
        runs.append(work / f"{model}-{rows}")
        run([*THRESHER, "score", str(source), "--metrics", METRICS, "--out", str(runs[-1])])
    page = work / f"{rows}.html"
    command = [*THRESHER, "report", *map(str, runs), "--output", str(page), "-q"]
    return page, [run(command, answers=(0,)) for _ in range(times)]


class Spent:
    """CPU seconds of a page in chromium, by the browser's own account."""

    def __init__(self, browser: Any, page: Any) -> None:
        self.all = browser.new_browser_cdp_session()
        self.one = page.context.new_cdp_session(page)
        self.one.send("Performance.enable", {"timeDomain": "threadTicks"})

    def of_page(self) -> float:
        """Return what all threads of all pages have used."""
        processes = self.all.send("SystemInfo.getProcessInfo")["processInfo"]
        return float(sum(one["cpuTime"] for one in processes if one["type"] == "renderer"))

    def of_main_thread(self) -> float:
        """Return what the page's main thread has used."""
        metrics = self.one.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the machine's browser."""
    from playwright.sync_api import sync_playwright

    place = shutil.which("chromium")
    if place is None:
        raise SystemExit("chromium is not installed: make browser")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=place, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def look(browser: Any, path: Path) -> dict[str, float]:
    """Return CPU seconds of opening a page and of what one does on it."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto("about:blank")
    spent = Spent(browser, page)
    told: dict[str, float] = {}
    before = spent.of_page()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector(READY)
    told["first paint and rows, CPU of the main thread"] = spent.of_main_thread()  # a new process: from nothing
    told["first paint and rows, CPU of all threads"] = spent.of_page() - before
    paints = page.evaluate("() => performance.getEntriesByName('first-contentful-paint').map((one) => one.startTime)")
    told["first paint, wall"] = paints[0] / 1000

    def cost(name: str, script: str) -> None:
        before = spent.of_main_thread()
        page.evaluate(script)
        told[name] = spent.of_main_thread() - before

    cost("filter", CHOOSE)
    cost("sort", SORT)
    before = spent.of_page()
    page.locator("[data-part=search]").focus()
    page.locator("[data-part=status]", has_text="of").wait_for()
    page.wait_for_timeout(200)
    while "reading" in page.locator("[data-part=status]").inner_text():
        page.wait_for_timeout(100)
    told["reading all texts, once"] = spent.of_page() - before
    before = spent.of_main_thread()
    page.locator("[data-part=search]").fill("there is none")
    page.get_by_text("No item is like that").wait_for()
    told["search"] = spent.of_main_thread() - before
    page.close()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs=2, default=[1000, 100_000], help="two sizes (1000 100000)")
    parser.add_argument("--times", type=int, default=3, help="runs of each (3)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        made = {rows: make(Path(folder), rows, asked.times) for rows in asked.rows}
        with chromium() as browser:
            seen = {rows: [] for rows in asked.rows}  # type: dict[int, list[dict[str, float]]]
            for _ in range(asked.times):
                for rows in asked.rows:
                    seen[rows].append(look(browser, made[rows][0]))
        small, large = ([median_cpu(made[rows][1]), made[rows][0].stat().st_size / 1e6] for rows in asked.rows)
        table = [("making the page, CPU s", *_cells(small[0], large[0], None))]
        table.append(("size, MB", *_cells(small[1], large[1], 20)))
        for name in seen[asked.rows[0]][0]:
            pair = [statistics.median(one[name] for one in seen[rows]) for rows in asked.rows]
            table.append((f"{name}, s", *_cells(pair[0], pair[1], AIMS.get(name))))
        print_table(("", *(f"{rows:,} rows" for rows in asked.rows), "ratio", "aim"), table)
    sys.stdout.flush()


def _cells(small: float, large: float, aim: float | None) -> tuple[str, str, str, str]:
    held = "" if aim is None else f"under {aim:g}: {'held' if large < aim else 'missed'}"
    return f"{small:.3f}", f"{large:.3f}", f"{large / small:.1f}" if small else "", held


if __name__ == "__main__":
    main()
