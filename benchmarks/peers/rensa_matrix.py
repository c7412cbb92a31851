"""rensa: the full-set R-MinHash matrix and its LSH flags, which its own benchmark times.

The flags mark every member of a group, the first one too: to keep the unmarked rows alone would delete whole groups.
So the deduplicator decides which of the marked rows stay.
"""

from __future__ import annotations

from itertools import compress

from rensa import RMinHash, RMinHashDeduplicator, RMinHashLSH

from benchmarks.peers.rows import SLOTS, asked, read_lines, shingles, text_of, write_kept

SEED = 42
BANDS = 8  # as its benchmark


def main() -> None:
    source, out, threshold = asked()
    lines = read_lines(source)
    matrix = RMinHash.digest_matrix_from_token_sets((shingles(text_of(line)) for line in lines), SLOTS, SEED)
    marked = RMinHashLSH(threshold, SLOTS, BANDS).query_duplicate_flags_matrix_one_shot(matrix)
    index = RMinHashDeduplicator(threshold=threshold, num_perm=SLOTS, use_lsh=True, num_bands=BANDS)
    again = enumerate(compress(lines, marked))
    stays = iter(index.add_pairs((str(row), shingles(text_of(line))) for row, line in again))
    write_kept(out, lines, [not mark or next(stays) for mark in marked])


if __name__ == "__main__":
    main()
