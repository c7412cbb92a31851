"""The versions that moved a result."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

MOVING = ("jsonschema-rs", "numpy", "orjson", "polars")


def version() -> str:
    """Return our installed version."""
    try:
        return installed("thresher")
    except PackageNotFoundError:
        return "0+unknown"


def versions() -> dict[str, str]:
    """Return the versions of the libraries that decide about rows."""
    return {name: installed(name) for name in MOVING}
