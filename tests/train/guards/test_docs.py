"""The guide names every finding that a guard can make."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_guide_names_every_code():
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "train" / "guards").rglob("*.py")))
    codes = set(re.findall(r'Finding\(\s*"(\w+)"', source))
    guide = (ROOT / "docs" / "preflight.md").read_text(encoding="utf-8")

    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in guide} == set()
