"""The last files of a run, and all of them moved into its folder, the manifest last."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from curate.core.run.canonical import write_json
from curate.core.write.folder import OutputFolder, sha256_of
from curate.curation.output.outputs import ADDED_FILE, DROPPED_FILE, LEDGER_FILE
from curate.curation.output.tainted import TAINTED_FILE
from curate.index.against import INDEX_FILE
from curate.index.part import PREFIX
from curate.split.draw import NAMES

STATS_FILE, RUN_FILE = "stats.json", "run.json"
REQUESTS_FILE = "requests.jsonl"  # of runs that asked a model
OWN = (
    *(f"{name}.jsonl" for name in NAMES),
    *(
        DROPPED_FILE,
        ADDED_FILE,
        TAINTED_FILE,
        LEDGER_FILE,
        INDEX_FILE,
        STATS_FILE,
        RUN_FILE,
        REQUESTS_FILE,
        "report.html",
    ),
)


def publish(
    folder: OutputFolder,
    names: list[str],
    hashes: dict[str, tuple[str, int]],
    stats: dict[str, Any],
    manifest: dict[str, Any],
    view: dict[str, Any],
    indexed: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Move what was written into the folder, and write the manifest last, with the hash of each of the files."""
    write_json(folder.file(STATS_FILE), stats)
    for name in [*names, STATS_FILE]:
        sha256, size = hashes.get(name) or sha256_of(folder.file(name))
        manifest["outputs"].append(
            {"path": name, "sha256": sha256, "bytes": size, "rows": indexed.get(name, _rows_of(name, stats))}
        )
    write_json(folder.file(RUN_FILE), view)
    views = [RUN_FILE, *(name for name in (REQUESTS_FILE,) if folder.file(name).exists())]
    stale = (path.name for path in folder.path.glob(f"{PREFIX}*.parquet"))
    folder.publish([*names, STATS_FILE, *views], (*OWN, *stale))
    folder.finish(manifest)


def _rows_of(name: str, stats: dict[str, Any]) -> int | None:
    counts = stats["counts"]
    made = counts["added"]
    known = {DROPPED_FILE: counts["dropped"], LEDGER_FILE: counts["in"] + made, ADDED_FILE: made}
    known[TAINTED_FILE] = sum(suite["tainted"] for suite in stats["tainted"].values())
    if name.endswith(".jsonl") and name not in known:
        return int(counts["by_split"].get(name.removesuffix(".jsonl"), 0))
    return known.get(name)
