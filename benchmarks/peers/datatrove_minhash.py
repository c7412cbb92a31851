"""datatrove: its four MinHash stages (signatures, buckets, clusters, filter) by its local executor, on one worker."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from benchmarks.peers.rows import SIZE, asked, bands_by_rule


def main() -> None:
    source, out, threshold = asked()
    bands, rows = bands_by_rule(threshold)
    config = MinhashConfig(n_grams=SIZE, num_buckets=bands, hashes_per_bucket=rows)
    with tempfile.TemporaryDirectory(prefix="datatrove-") as folder:
        signed, matched, joined, done = (str(Path(folder, name)) for name in ("signed", "matched", "joined", "done"))

        def run(steps: list[PipelineStep], tasks: int = 1) -> None:
            logs = str(Path(folder, "logs", str(len(list(Path(folder).iterdir())))))
            LocalPipelineExecutor(pipeline=steps, tasks=tasks, workers=1, logging_dir=logs).run()

        def reader() -> JsonlReader:
            return JsonlReader(str(source.parent), glob_pattern=source.name)

        run([reader(), MinhashDedupSignature(output_folder=signed, config=config)])
        run([MinhashDedupBuckets(input_folder=signed, output_folder=matched, config=config)], tasks=bands)
        run([MinhashDedupCluster(input_folder=matched, output_folder=joined, config=config)])
        writer = JsonlWriter(done, output_filename="${rank}.jsonl", compression=None)
        run([reader(), MinhashDedupFilter(input_folder=joined), writer])
        shutil.move(str(Path(done, "00000.jsonl")), out)


if __name__ == "__main__":
    main()
