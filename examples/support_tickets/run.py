"""``python -m examples.support_tickets.run DIR``: a real model tuned on curated tickets and judged; then tuned wrongly.

What is there already is not made again: a run that was stopped goes on.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from examples.support_tickets import model

DATA = Path(__file__).parent.parent / "support-tickets"
SUITES = {"facts": 90, "copying": 40}  # items of each: all facts that there are
SEED = 7
METRICS = "exact_match,json_valid,json_schema,json_fields:f1,check"
TOO_HIGH = 0.01  # ten times the highest learning rate that is usual for LoRA of so small a model
HOT_STEPS = 16  # enough to spoil it
PASS, FAIL = 0, 1


def main(folder: Path) -> int:
    """Run the loop in the folder; return 0 if the good model passed the gate and the spoilt one did not."""
    started = time.monotonic()
    lay(folder)
    if code := model.main(folder / "model"):
        return code
    must("curate", "curate.toml", "--out", "clean", "--quiet", cwd=folder)
    must("preflight", "clean/train.jsonl", "--tokenizer", "model", "--max-tokens", "512", cwd=folder)
    train("tuned", [], folder)
    items(folder)
    must(
        "predict", "--data", "items.jsonl", "--model", "local:model", "--max-tokens", "48", "--out", "base", cwd=folder
    )
    schema = 'json_schema.path="ticket.schema.json"'
    must("score", "base", "--metrics", METRICS, "--set", schema, cwd=folder)
    must("gate", "--plan", "--baseline", "base", "--limits", "gate.toml", cwd=folder)
    good = thresher("eval", "eval.toml", "--out", "tuned-eval", cwd=folder)
    train("too-hot", [f"training.learning_rate={TOO_HIGH}", f"training.steps={HOT_STEPS}"], folder)
    wrong = (folder / "eval.toml").read_text(encoding="utf-8").replace("tuned/adapter", "too-hot/adapter")
    (folder / "too-hot.toml").write_text(wrong, encoding="utf-8")
    spoilt = thresher("eval", "too-hot.toml", "--out", "too-hot-eval", cwd=folder)
    judged = [f"{name}-eval/{part}" for name in ("tuned", "too-hot") for part in ("gate", "run")]
    must("report", *judged, "base", "tuned", "too-hot", "clean", "--output", "report.html", cwd=folder)
    print(f"\n{folder / 'report.html'} has all of it ({(time.monotonic() - started) / 60:.1f} minutes).")
    return verdict(good, spoilt)


def verdict(good: int, spoilt: int) -> int:
    """Say whether the gate did its work on both models; return the exit code of the demo."""
    print(f"the tuned model: the gate {said(good)}; the one tuned at a learning rate of {TOO_HIGH}: {said(spoilt)}")
    if (good, spoilt) == (PASS, FAIL):
        print("as it should be: one may ship, and the forgetting of the other was caught")
        return 0
    print("this is not what this example is meant to show", file=sys.stderr)
    return 1


def said(code: int) -> str:
    """Return the word for a gate's exit code."""
    return {PASS: "passed (exit 0)", FAIL: "failed (exit 1)", 3: "was inconclusive (exit 3)"}.get(code, f"exit {code}")


def lay(folder: Path) -> None:
    """Write configurations and data into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(DATA.iterdir()):
        if entry.is_dir():
            shutil.copytree(entry, folder / entry.name, dirs_exist_ok=True)
        else:
            shutil.copyfile(entry, folder / entry.name)


def train(out: str, settings: Sequence[str], folder: Path) -> None:
    """Train into a folder with some settings changed, or go on with what was begun there."""
    changed = [word for setting in settings for word in ("--set", setting)]
    resume = ["--resume"] if (folder / out).exists() else []
    must("train", "train.toml", "--out", out, *changed, *resume, cwd=folder)


def items(folder: Path) -> None:
    """Join the held-out tickets and the items of general suites into one file."""
    parts = [(folder / "test" / "tickets.jsonl").read_text(encoding="utf-8")]
    for suite, count in SUITES.items():
        made = f"{suite}.jsonl"
        must("suites", suite, "--n", str(count), "--seed", str(SEED), "--output", made, cwd=folder)
        parts.append((folder / made).read_text(encoding="utf-8"))
    (folder / "items.jsonl").write_text("".join(parts), encoding="utf-8")


def must(*arguments: str, cwd: Path) -> None:
    """Run a command that has to end well.

    Raises:
        SystemExit: it did not; its code is ours.
    """
    if code := thresher(*arguments, cwd=cwd):
        raise SystemExit(code)


def thresher(*arguments: str, cwd: Path) -> int:
    """Run a command in the folder and show what it prints; return its exit code, and say how long it took."""
    print(f"\n$ thresher {' '.join(arguments)}", flush=True)
    began = time.monotonic()
    code = subprocess.run([sys.executable, "-m", "thresher", *arguments], cwd=cwd, check=False).returncode  # noqa: S603
    print(f"[{time.monotonic() - began:.0f} s, exit {code}]", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo-loop")))
