"""Daft: text normalised and signed by its native expressions; bands of the signatures joined by numpy and scipy.

Daft has no deduplication of its own; its guide bands the signatures, joins the rows that share a band and keeps one of
each component. It does so in data frames, which on one machine takes longer than these few lines.
"""

from __future__ import annotations

import daft
import numpy as np
from daft.functions import minhash, normalize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.peers.rows import SIZE, SLOTS, asked, optimal_bands, read_lines, write_kept


def main() -> None:
    source, out, threshold = asked()
    clean = normalize(daft.col("text"), remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    signed = minhash(clean, num_hashes=SLOTS, ngram_size=SIZE, hash_function="xxhash")
    column = daft.read_json(str(source)).select(signed.alias("signature")).to_arrow()["signature"].combine_chunks()
    signatures = np.asarray(column.flatten(), dtype=np.uint32).reshape(-1, SLOTS)
    bands, rows = optimal_bands(threshold)
    ones, others = [], []
    for band in range(bands):
        part = np.ascontiguousarray(signatures[:, band * rows : (band + 1) * rows])
        keys = part.view(np.dtype((np.void, part.shape[1] * part.itemsize))).ravel()
        _, first, owner = np.unique(keys, return_index=True, return_inverse=True)
        later = np.flatnonzero(first[owner] != np.arange(len(keys)))
        ones.append(first[owner][later])
        others.append(later)
    one, other = np.concatenate(ones), np.concatenate(others)
    edges = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(len(signatures), len(signatures)))
    _, component = connected_components(edges, directed=False)
    kept = np.zeros(len(signatures), dtype=bool)
    kept[np.unique(component, return_index=True)[1]] = True
    write_kept(out, read_lines(source), kept.tolist())


if __name__ == "__main__":
    main()
