"""The README shows real output: each of its consoles is run in the demo's folder and compared, line by line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSOLES = re.findall(r"```console\n\$ (.*?)\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """Make the demo's folder, and a ``thresher`` on the path that is this checkout's."""
    folder = tmp_path_factory.mktemp("readme")
    shim = folder / "bin" / "thresher"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "thresher.py"}" "$@"\n')
    shim.chmod(0o755)
    subprocess.run([shim, "demo", "demo", "--replay"], cwd=folder, check=True, capture_output=True)
    return folder


def test_the_readme_has_consoles():
    assert len(CONSOLES) >= 3


@pytest.mark.parametrize(("command", "shown"), CONSOLES)
def test_the_readme_shows_what_is_printed(demo, command, shown):
    environment = os.environ | {"PATH": f"{demo / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        command, shell=True, cwd=demo / "demo", env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout == shown
    assert done.returncode in (0, 1)


def test_every_link_of_the_readme_leads_somewhere():
    links = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert [link for link in links if not (ROOT / link).exists()] == []
