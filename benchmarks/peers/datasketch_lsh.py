"""datasketch: bulk MinHash, then the index: a row that finds a neighbour in it goes, any other enters it.

``SOURCE OUT THRESHOLD [xxh32|sha1]``; sha1 is the library's default hash function, xxh32 the fast one.
"""

from __future__ import annotations

import sys

import xxhash
from datasketch import MinHash, MinHashLSH

from benchmarks.peers.rows import SLOTS, asked, byte_shingles, read_lines, text_of, write_kept


def main() -> None:
    source, out, threshold = asked()
    lines = read_lines(source)
    fast = sys.argv[4:] != ["sha1"]
    hashed = {"hashfunc": xxhash.xxh32_intdigest} if fast else {}
    sketches = MinHash.generator((byte_shingles(text_of(line)) for line in lines), num_perm=SLOTS, **hashed)
    index = MinHashLSH(threshold=threshold, num_perm=SLOTS)
    kept = []
    for row, sketch in enumerate(sketches):
        kept.append(not index.query(sketch))
        if kept[-1]:
            index.insert(row, sketch, check_duplication=False)
    write_kept(out, lines, kept)


if __name__ == "__main__":
    main()
