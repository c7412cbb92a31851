"""Who is compared: us in two forms, and each peer; every one a command from JSON Lines to JSON Lines."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora.planted import write_rows
from benchmarks.measuring.measure import ENVIRONMENT, THRESHER

ENGINE, CURATE = "thresher engine", "thresher curate"
PEERS_PYTHON = str(Path(".peers", "bin", "python"))  # of `make peers`
PEERS: Mapping[str, tuple[str, ...]] = {  # a name: a script of benchmarks/peers, and what it is told
    "datasketch": ("datasketch_lsh", "xxh32"),
    "datasketch-sha1": ("datasketch_lsh", "sha1"),
    "rensa": ("rensa_pairs",),
    "rensa-matrix": ("rensa_matrix",),
    "daft": ("daft_minhash",),
    "text-dedup": ("textdedup_minhash",),
    "datatrove": ("datatrove_minhash",),
}
FEW = ["A line that stands here twice, to be found by all who look for such lines."] * 2 + ["Another."]


@dataclass(frozen=True)
class Contestant:
    """One way to deduplicate a file."""

    name: str
    python: str  # the interpreter that has it

    def command(self, source: Path, out: Path, threshold: float) -> list[str]:
        """Return the command that deduplicates ``source`` into the folder ``out``, which is there."""
        if self.name == CURATE:
            config = out / "curate.toml"
            step = f'[[steps]]\nuse = "near_duplicates"\nthreshold = {threshold}\n'
            config.write_text(f"[input]\nfiles = [{json.dumps(str(source.resolve()))}]\n{step}")
            return [*THRESHER, "curate", str(config), "--out", str(out / "run"), "--no-report", "--quiet"]
        if self.name == ENGINE:
            module, told = "benchmarks.measuring.engine", []
        else:
            script, *told = PEERS[self.name]
            module = f"benchmarks.peers.{script}"
        return [self.python, "-m", module, str(source), str(self.kept(out)), str(threshold), *told]

    def kept(self, out: Path) -> Path:
        """Return the file of the rows that were kept."""
        return out / "run" / "train.jsonl" if self.name == CURATE else out / "kept.jsonl"

    def folder(self, work: Path, what: str = "run") -> Path:
        """Return the contestant's own folder for a run or another purpose, made if need be."""
        folder = work / f"{what}-{self.name.replace(' ', '-')}"
        folder.mkdir(exist_ok=True)
        return folder


def contestants(names: Iterable[str], python: str) -> tuple[list[Contestant], dict[str, str]]:
    """Return those of us and of the named peers that work here, and why the others do not."""
    known = [Contestant(name, sys.executable) for name in (CURATE, ENGINE)]
    known += [Contestant(name, python) for name in names]
    skipped = {one.name: reason for one in known if (reason := _fault(one)) is not None}
    return [one for one in known if one.name not in skipped], skipped


def _fault(one: Contestant) -> str | None:
    """Return the last thing a contestant says when it fails on three rows, one of which must go."""
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        source = write_rows(work / "few.jsonl", FEW)
        try:
            done = subprocess.run(
                one.command(source, work, 0.8),
                check=False,
                capture_output=True,
                text=True,
                timeout=300,
                env=ENVIRONMENT,
            )
        except subprocess.TimeoutExpired as error:
            return str(error)
        except OSError as error:
            return f"{error} (make peers installs them, --python names the interpreter that has them)"
        if done.returncode:
            return (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        kept = one.kept(work).read_bytes().splitlines()
        return None if len(kept) == 2 else f"it kept {len(kept)} of three rows, two of them equal"
