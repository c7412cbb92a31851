"""One epoch of ours: ``FOLDER MODEL packed|grouped|random all|assistant``; prints tokens, CPU seconds, mean loss."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from evalkit.answers.local.weights import imported
from train.config import TrainConfig

LENGTH, ROWS, RATE = 512, 8, 2e-4


def main() -> None:
    folder, model, packing, train_on = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    imported()
    from train.loop.checkpoint import Checkpoints
    from train.loop.loop import Loop
    from train.prepare import prepare
    from train.ready import make_ready

    tables: dict[str, Any] = {
        "model": {"path": model, "dtype": "float32", "device": "cpu"},
        "data": {"train": [str(folder / "rows.jsonl")], "max_tokens": LENGTH, "train_on": train_on},
        "adapter": {"rank": 8, "alpha": 16},
        # packs hold what eight rows hold, about: as many steps as the others make
        "training": {"learning_rate": RATE, "epochs": 1, "packing": packing}
        | ({"batch_rows": 1} if packing == "packed" else {"batch_rows": ROWS}),
        "evaluation": {"every": 10**6},
    }
    config = TrainConfig.model_validate(tables)
    prepared = prepare(config, Path())
    ready = make_ready(config, prepared, Path())
    loop = Loop(
        config, ready.model, ready.place, ready.plan, prepared.examples, None, Checkpoints(folder / "out", {}),
        ready.processes, measure=lambda _: {}, tell=lambda _: None,
    )  # fmt: skip
    started = time.process_time()
    loop.run()
    cpu = time.process_time() - started
    losses = [line["loss"] for line in loop.state.lines if "loss" in line]
    print(json.dumps({"tokens": loop.state.tokens, "cpu": cpu, "loss": sum(losses) / len(losses)}))


if __name__ == "__main__":
    main()
