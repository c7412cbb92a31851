"""rensa: its deduplicator's bulk call, which builds the sketches, finds candidates and compares their sketches."""

from __future__ import annotations

from rensa import RMinHashDeduplicator

from benchmarks.peers.rows import SLOTS, asked, read_lines, shingles, text_of, write_kept


def main() -> None:
    source, out, threshold = asked()
    lines = read_lines(source)
    index = RMinHashDeduplicator(threshold=threshold, num_perm=SLOTS, use_lsh=True)
    kept = index.add_pairs((str(row), shingles(text_of(line))) for row, line in enumerate(lines))
    write_kept(out, lines, kept)


if __name__ == "__main__":
    main()
