"""A public suite by its name: one file of one commit, from a server of the test's own that speaks as the hub does."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import ClassVar

import polars as pl
import pytest

pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed: pip install 'thresher[hub]'")

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def parquet() -> bytes:
    held = BytesIO()
    pl.DataFrame({"question": ["Two and two?", "Two and three?"], "answer": ["#### 4", "#### 5"]}).write_parquet(held)
    return held.getvalue()


class Hub(BaseHTTPRequestHandler):
    """Serves one file of one data set, by branch and by commit."""

    content: ClassVar[bytes] = parquet()
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.do_GET(body=False)

    def do_GET(self, *, body: bool = True) -> None:
        if self.path.startswith("/datasets/"):
            self.asked.append(f"{self.command} {self.path}")
        place = "/datasets/openai/gsm8k/resolve/{}/main/test-00000-of-00001.parquet"
        if self.path not in (place.format("main"), place.format(COMMIT)):
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(self.content).hexdigest()}"')
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        if body:
            self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Hub.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def suites(tmp_path, endpoint, *arguments):
    """Run in a process of its own: the library reads its settings when it is imported."""
    own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "home"), "NO_PROXY": "127.0.0.1"}
    environment = {**{name: text for name, text in os.environ.items() if not name.startswith("HF_")}, **own}
    called = [
        sys.executable,
        "-m",
        "thresher",
        "suites",
        *map(str, arguments),
        "--output",
        str(tmp_path / "items.jsonl"),
    ]
    return subprocess.run(called, capture_output=True, text=True, env=environment, check=False)


def test_a_suite_by_name_and_the_same_again_by_its_commit(tmp_path, address):
    first = suites(tmp_path, address, "gsm8k", "--from", "hub", "--json")
    items = (tmp_path / "items.jsonl").read_text()
    asked = len(Hub.asked)
    again = suites(tmp_path, address, "gsm8k", "--from", f"hub@{COMMIT}", "--json")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    source = json.loads(first.stdout)["source"]
    assert source["revision"] == COMMIT
    assert source["sha256"] == hashlib.sha256(Hub.content).hexdigest()
    assert [json.loads(line)["reference"] for line in items.splitlines()] == ["#### 4", "#### 5"]
    assert json.loads(again.stdout)["source"] == source
    assert len(Hub.asked) == asked  # a commit never changes: its file lies in the cache


@pytest.mark.parametrize(
    ("suite", "source", "told"),
    [
        pytest.param(
            "gsm8k", "hub:openai/gsm8k:main/none.parquet", "cannot be fetched from the hub", id="no such file"
        ),
        pytest.param("bbh", "hub", "does not say which file", id="a suite of many files"),
        pytest.param("lists", "hub", "is not on the hub", id="a suite that is made here"),
    ],
)
def test_what_is_not_there_is_told(tmp_path, address, suite, source, told):
    ran = suites(tmp_path, address, suite, "--from", source)

    assert (ran.returncode, told in ran.stderr) == (2, True), ran.stderr


def test_without_a_network_the_file_is_asked_for(tmp_path):
    ran = suites(tmp_path, "http://127.0.0.1:9", "gsm8k", "--from", "hub")

    assert ran.returncode == 2
    assert "give the file: thresher suites gsm8k --from FILE" in ran.stderr
