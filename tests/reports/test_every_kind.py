"""One page of every kind of run: inert whatever the data says, without texts where they are not wanted, the same again."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest

from tests.conftest import chat
from tests.evalkit.gate.runs import limits, scored
from tests.reports.test_hostile import HOSTILE, inert, poisoned
from tests.reports.trained import lines_of, preview, trained

CONFIG = """
[input]
files = ["rows.jsonl", "labels.jsonl"]
protect = ["unseen.jsonl"]
[[steps]]
use = "contamination"
sets = ["evals.jsonl"]
[[steps]]
use = "empty"
[[steps]]
use = "contradictions"
[[steps]]
use = "exact_duplicates"
"""
LONG = "nine gulls watched the fishermen mend their nets at dawn while a tall ship sailed past the harbour wall"


@pytest.fixture
def every_kind(thresher, jsonl, tmp_path):
    """Return what makes a page of a verdict, its two runs, a training and a curation, all full of some texts."""

    def make(texts, out="report.html", flags=()):
        config = tmp_path / "curate.toml"
        config.write_text(CONFIG)
        rows = [row for text in texts for row in poisoned(text)]
        asked = f"How long does a refund of {texts[0]} take to arrive on my card?"
        rows += [chat(asked, f"It takes 14 days, {texts[0]}."), chat(asked, f"It takes 30 days, {texts[0]}.")]
        rows += [chat(f"{LONG} {texts[0]}", "Yes."), chat(f"guillemot {texts[0]}", f"guillemot {texts[0]}.")]
        jsonl(rows)
        jsonl([{"text": f"say {n}", "label": f"{texts[n % len(texts)]}{n % 2}"} for n in range(4)], "labels.jsonl")
        jsonl([chat(f"guillemot {texts[0]}", f"guillemot {texts[0]}.")], "unseen.jsonl")
        jsonl([{"question": f"{LONG} {texts[0]}", "answer": texts[0]}], "evals.jsonl")
        assert thresher("curate", config, "--out", tmp_path / "clean", "-q", "--no-report").code in (0, 1)
        answers = [
            {
                "id": f"item {n}",
                "prompt": text,
                "prediction": text,
                "reference": f"{text}!",
                "input": {"messages": text},
            }
            for n, text in enumerate(texts)
        ]
        one = scored(tmp_path, "one", answers)
        two = scored(tmp_path, "two", [row | {"prediction": row["reference"]} for row in answers])
        gate = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.02')
        thresher("gate", two, "--baseline", one, "--limits", gate, "--out", tmp_path / "gate")
        finding = {
            "code": "odd",
            "severity": "warning",
            "message": " ".join(texts),
            "hint": "h",
            "place": "rows.jsonl:1",
        }
        pieces = [piece for text in texts for piece in preview(text, text)[0]]
        if not (tmp_path / "tuned").exists():
            trained(tmp_path, preview=[pieces], findings=[finding], lines=lines_of(suites={"facts": 0.5}))
        folders = [tmp_path / name for name in ("gate", "one", "two", "tuned", "clean")]
        files = ("--markdown", tmp_path / "summary.md", "--junit", tmp_path / "junit.xml")
        ran = thresher("report", *folders, "--output", tmp_path / out, "-q", *files, *flags)
        assert ran.code == 0, ran.err
        return tmp_path / out

    return make


def test_without_texts_slices_keep_their_values_and_help_says_so(thresher, tmp_path):
    rows = [
        {"id": f"q{n}", "prompt": "secret?", "prediction": "no", "reference": "secret", "slices": {"area": "north"}}
        for n in range(4)
    ]
    run = scored(tmp_path, "run", rows, "accuracy,exact_match")

    thresher("report", run, "--output", tmp_path / "report.html", "-q", "--no-text")

    html = (tmp_path / "report.html").read_text()
    held = html + unpacked(html)
    assert "secret" not in held
    assert "area=north" in held
    assert "ids, places and slices stay" in " ".join(thresher("report", "--help").out.split())


def unpacked(html: str) -> str:
    """Return the data that a page carries for its script."""
    found = re.findall(r'<script type="application/octet-stream"[^>]*>(.*?)</script>', html, re.DOTALL)
    lines = [line for data in found for line in data.split("\n") if line]
    return "\n".join(gzip.decompress(base64.b64decode(line)).decode() for line in lines)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_kind(every_kind, page, text):
    seen = page(every_kind([text, f"{text} again"]))

    inert(seen)
    assert len(seen.named("article")) >= 5


def test_every_naughty_string_stays_text(every_kind, page, real_data):
    strings = [text for text in json.loads((real_data / "raw" / "blns" / "blns.json").read_bytes()) if text]
    assert len(strings) > 500

    inert(page(every_kind(strings)))


def test_rows_of_a_megabyte_make_no_page_of_megabytes(every_kind):
    long = f"<b>{'x' * 1_000_000}"

    assert every_kind([long]).stat().st_size < 500_000


def test_hidden_characters_are_shown_where_texts_are(every_kind, page):
    text = page(every_kind(["evil\u202egnp.exe"])).text

    mask = text[text.index("Row 1 of 1") :]
    assert "evil⟨U+202E⟩gnp.exe" in mask[:200]


def test_without_text_none_is_in_the_page_its_data_or_its_summaries(every_kind, tmp_path):
    marker = "xyzzyq"

    html = every_kind([f"{marker} one", f"{marker} two"], flags=("--no-text",)).read_text()

    # the ids of rows stay, as they are how a row is found: here poisoned() gives some the text itself
    ids = re.compile(rf"{marker} (one|two)2?")
    packed = json.dumps([json.loads(line) for line in unpacked(html).splitlines()])
    assert "guillemot" not in html + packed
    assert "gulls" not in html + packed
    assert "refund" not in html + packed
    assert "14 days" not in html + packed
    assert {found.group() for found in ids.finditer(packed)} <= {
        f"{marker} {n}{e}" for n in ("one", "two") for e in ("", "2")
    }
    for name in ("summary.md", "junit.xml"):
        assert marker not in (tmp_path / name).read_text()


def test_with_text_all_of_it_is_there(every_kind):
    """The other side of the test before: what it looks for would be found."""
    html = every_kind(["xyzzyq one"]).read_text()

    packed = unpacked(html)
    for text in ("gulls", "refund", "14 days", "guillemot xyzzyq one"):
        assert text in html + packed


def test_the_same_runs_give_the_same_bytes(every_kind, tmp_path):
    first = every_kind(["some text"], "one.html").read_bytes()
    summaries = [(tmp_path / name).read_bytes() for name in ("summary.md", "junit.xml")]

    assert every_kind(["some text"], "two.html").read_bytes() == first
    assert [(tmp_path / name).read_bytes() for name in ("summary.md", "junit.xml")] == summaries
