"""How many tokens a CPU second are trained: padded to the longest, filled, grouped, packed, and TRL, on the same rows.

``python -m benchmarks.train [--rows N] [--model FOLDER] [--python PATH] [--times K]`` makes a small Llama and chats
whose lengths fall as natural ones do (or takes a model of yours), and has each contestant train a LoRA adapter on them
for one epoch, eight rows of at most 512 tokens at a time, in turn (A B C A B C), each in a process of its own. Only
the training is measured: imports, loading and tokenising are not. All tokens count in the loss, as TRL has it by
default; one more line has ours on answers only, which is our default.

Peers live in an environment of their own: ``make peers`` makes it, ``--python`` names another.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring.contestants import PEERS_PYTHON
from benchmarks.measuring.measure import print_table


class Contestant(NamedTuple):
    """A way to train, in words and as a module with what it is told."""

    name: str
    module: str
    told: tuple[str, ...]


PADDED = Contestant("Trainer, padded to max_length", "benchmarks.peers.train_trainer", ())
PEERS = (
    PADDED,
    Contestant("TRL SFTTrainer, its defaults", "benchmarks.peers.train_trl", ()),
    Contestant("TRL, nothing recomputed", "benchmarks.peers.train_trl", ("plain",)),
    Contestant("TRL, packing", "benchmarks.peers.train_trl", ("packing",)),
    Contestant("TRL, packing, nothing recomputed", "benchmarks.peers.train_trl", ("packing", "plain")),
)
OURS = tuple(
    Contestant(f"thresher, {name}", "benchmarks.measuring.trained", told)
    for name, told in (
        ("random", ("random", "all")),
        ("grouped", ("grouped", "all")),
        ("packed", ("packed", "all")),
        ("packed, answers only", ("packed", "assistant")),
    )
)


class Result(NamedTuple):
    """What a contestant says of its run."""

    tokens: int
    cpu: float
    loss: float


def run(one: Contestant, python: str, folder: Path, model: Path) -> Result | str:
    """Return what a contestant did, or why it did not."""
    command = [python, "-m", one.module, str(folder), str(model), *one.told]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError as error:
        return f"{error} (make peers installs them, --python names the interpreter that has them)"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
    result = Result(**json.loads(done.stdout.strip().splitlines()[-1]))
    print(f"{one.name}: {result.tokens / result.cpu:,.0f} tokens / CPU s", file=sys.stderr, flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=128)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--python", default=PEERS_PYTHON)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as work:
        folder = Path(work)
        subprocess.run([sys.executable, "-m", "benchmarks.corpora.training", work, str(asked.rows)], check=True)
        model = asked.model or folder / "model"
        results: dict[Contestant, list[Result]] = {one: [] for one in (*PEERS, *OURS)}
        skipped: dict[str, str] = {}
        for _ in range(asked.times):
            for one, found in results.items():
                made = run(one, sys.executable if one in OURS else asked.python, folder, model)
                if isinstance(made, str):
                    skipped[one.name] = made
                else:
                    found.append(made)
        print_results({one: found for one, found in results.items() if found})
    for name, reason in skipped.items():
        print(f"left out: {name}: {reason}")


def print_results(results: dict[Contestant, list[Result]]) -> None:
    """Print medians, and how many times as fast as the first each is: medians over the paired runs."""
    first = results.get(PADDED) or next(iter(results.values()))
    table = []
    for one, found in results.items():
        cpu = statistics.median(each.cpu for each in found)
        ratio = statistics.median(
            (theirs.tokens / theirs.cpu) / (base.tokens / base.cpu) for theirs, base in zip(found, first, strict=False)
        )
        loss = statistics.median(each.loss for each in found)
        table.append([one.name, f"{cpu:.1f}", f"{found[0].tokens / cpu:,.0f}", f"{ratio:.1f}", f"{loss:.3f}"])
    print_table(("how", "CPU s", "tokens / CPU s", "times the first", "mean loss"), table)


if __name__ == "__main__":
    main()
