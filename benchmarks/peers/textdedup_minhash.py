"""text-dedup: its command, with the fast hash function, on all cores; then its data set written as JSON Lines.

``min_length 1``: its default loses rows of fewer than five words.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.peers.rows import SIZE, SLOTS, asked


def main() -> None:
    source, out, threshold = asked()
    with tempfile.TemporaryDirectory(prefix="text-dedup-") as folder:
        os.environ |= {"HF_HOME": folder, "HF_DATASETS_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        from datasets import load_from_disk  # after its folders are named
        from text_dedup.minhash import main as minhash

        done = Path(folder, "done")
        told = {
            "path": "json",
            "data_files": source,
            "split": "train",
            "column": "text",
            "output": done,
            "cache_dir": Path(folder, "cache"),
            "num_perm": SLOTS,
            "threshold": threshold,
            "ngram": SIZE,
            "min_length": 1,
            "hash_func": "xxh3",
            "hash_bits": 32,
        }
        minhash([f"--{name}={value}" for name, value in told.items()], standalone_mode=False)
        load_from_disk(str(done)).to_json(str(out))


if __name__ == "__main__":
    main()
