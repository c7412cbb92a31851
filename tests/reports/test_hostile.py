"""Text of the data cannot act on the page, nor hide on it, nor be on it where it should not."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from tests.conftest import chat

HOSTILE = [
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param("</script><script src=//evil.example/x.js></script>", id="end of script"),
    pytest.param("<img src=x onerror=alert(1)>", id="event handler"),
    pytest.param('" onmouseover="alert(1)" x="', id="out of an attribute"),
    pytest.param("</style><style>*{display:none}</style>", id="style"),
    pytest.param("<!-- swallowed", id="comment"),
    pytest.param("]]><svg onload=alert(1)>", id="end of CDATA"),
    pytest.param("</pre></details></table><h1>taken over</h1>", id="closing tags"),
    pytest.param("{{7*7}} {% raw %} {{ view.__class__ }}", id="template"),
    pytest.param("<iframe src='https://evil.example'></iframe><base href=//evil.example>", id="frames"),
    pytest.param("<a href='javascript:alert(1)'>click</a>", id="link"),
    pytest.param("<meta http-equiv=refresh content='0;url=//evil.example'>", id="meta"),
    pytest.param("&lt;script&gt; &#x3c;b&#x3e; &amp;amp;", id="entities"),
    pytest.param("\u202egnp.exe \u2066x\u2069 \u200bzero", id="bidi"),
    pytest.param("bell\x07 escape\x1b[31m del\x7f c1\x9b31m", id="controls"),
    pytest.param("line\u2028separator\u2029end", id="line separators"),
    pytest.param("\ue000private \ufffe \U000e0041tag", id="no characters"),
]
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ue000-\uf8ff\ufffe]"
)


def poisoned(text: str) -> list[dict[str, object]]:
    """Return rows that bring a text onto the page by every road: texts, ids, labels of several kinds."""
    twice = chat(f"Why {text} so?", f"Because {text} is so.")
    return [
        {**twice, "id": text},
        {**twice, "id": f"{text}2"},
        chat(f"{text}", ""),
        {"messages": [{"role": text, "content": "x"}]},
        {"messages": text, text: text},
    ]


def inert(seen) -> None:
    """Check that a page holds our style, our script and packed data, and nothing else that acts or fetches."""

    def digest(element: str) -> str:
        text = re.search(f"<{element}>(.*?)</{element}>", seen.html, re.DOTALL).group(1)
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    ours = f" script-src {digest('script')};" if "<script>" in seen.html else ""
    policy = [meta["content"] for meta in seen.named("meta") if "http-equiv" in meta]
    assert policy == [
        f"default-src 'none'; style-src {digest('style')};{ours} img-src data:; base-uri 'none'; form-action 'none'"
    ]
    assert len(seen.named("style")) == 1
    assert seen.html.count("<script>") <= 1
    for data in re.findall(r'<script type="application/octet-stream"[^>]*>(.*?)</script>', seen.html, re.DOTALL):
        assert re.fullmatch(r"[A-Za-z0-9+/=\n]*", data)
    assert {attributes.get("type") for attributes in seen.named("script")} <= {None, "application/octet-stream"}
    assert {attributes.get("role") for attributes in seen.named("form")} <= {"search"}
    for tag in ("iframe", "object", "embed", "img", "base", "audio", "video"):
        assert not seen.named(tag)
    for tag, attributes in seen.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")], tag
        assert str(attributes.get("href", "#")).startswith(("#", "data:,"))
    assert not seen.oddities
    assert not HIDDEN.search(seen.html)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(jsonl, curated, page, text):
    classified = jsonl([{"text": f"say {n}", "label": f"{text}{n % 2}"} for n in range(4)], "labels.jsonl")

    seen = page(curated(jsonl(poisoned(text)), classified) / "report.html")

    inert(seen)
    assert len(seen.named("h1")) == 1


def test_template_syntax_is_shown_as_written(jsonl, curated, page):
    folder = curated(jsonl([chat("{{7*7}} {% raw %}", ""), chat("Why?", "Because it is so.")]))

    assert '"content": "{{7*7}} {% raw %}"' in page(folder / "report.html").text


def test_hidden_characters_are_named(jsonl, curated, page):
    seen = page(curated(jsonl([chat("Is it \u202egnp.exe?\u2028", "")]), code=1) / "report.html")

    assert "⟨U+202E⟩" not in seen.text  # JSON has written it as an escape, which is shown as it came
    assert "\\u202egnp.exe" in seen.text

    line = json.dumps(chat("Is it \u202egnp.exe?\u2028", ""), ensure_ascii=False)
    seen = page(curated(jsonl([line]), code=1, out="plain") / "report.html")

    assert "⟨U+202E⟩gnp.exe?⟨U+2028⟩" in seen.text


def test_a_file_with_a_hostile_name(jsonl, curated, page):
    row = chat("Hello?", "Good morning to you.")
    seen = page(curated(jsonl([row, row], "<u onclick=alert(1)>\u202e.jsonl")) / "report.html")

    assert not [attributes for _, attributes in seen.elements if "onclick" in attributes]
    assert not seen.named("u")
    assert not HIDDEN.search(seen.html)


def test_a_huge_row_is_clipped(jsonl, curated):
    folder = curated(jsonl([{**chat("x" * 1_000_000, ""), "id": "i" * 100_000}]), code=1)

    assert (folder / "report.html").stat().st_size < 100_000


@pytest.mark.parametrize("asked", ["of the run", "of the report"])
def test_without_text_no_text_is_there(jsonl, curated, thresher, asked):
    marker = "xyzzyq"
    data = jsonl(
        [
            chat(f"{marker} one?", f"{marker} two."),
            chat(f"{marker} one?", f"{marker} two."),
            chat(marker, ""),
            {"messages": [{"role": marker, "content": marker}]},
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": marker, "arguments": marker}}]}]},
            f'{{"{marker}": "{marker}"',
        ]
    )
    labels = jsonl([{"text": f"{marker} {n}", "label": f"{marker}{n}"} for n in range(3)], "labels.jsonl")
    if asked == "of the run":
        folder = curated(data, labels, "--no-text")
        assert marker not in (folder / "stats.json").read_text()
    else:
        folder = curated(data, labels, "--no-report")
        assert marker in (folder / "stats.json").read_text()
        thresher("report", folder, "--output", folder / "report.html", "--no-text", "-q")

    html = (folder / "report.html").read_text()
    assert marker not in html
    assert "label 1" in html
    assert "rows.jsonl:2" in html
