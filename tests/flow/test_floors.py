"""The floors that import-linter holds: no package of ours is left out of a contract."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PARTS = {f"curate.{path.parent.name}" for path in (ROOT / "curate").glob("*/__init__.py")}


@pytest.mark.parametrize("contract", CONTRACTS, ids=[contract["name"] for contract in CONTRACTS])
def test_a_contract_about_the_parts_of_curate_names_them_all(contract):
    told = [*contract.get("forbidden_modules", ()), *contract.get("layers", ())]
    named = {name for one in told for name in one.replace("|", " ").replace(":", " ").split() if name in PARTS}

    assert not named or PARTS - named <= {"curate.core"}
