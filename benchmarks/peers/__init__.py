"""The peers, each run as its documentation says, JSON Lines in to JSON Lines out: ``python -m benchmarks.peers.NAME``.

Every script reads the field ``text`` of each row and writes the rows that its library keeps. It runs in the
interpreter of the peers' own environment (``make peers``), and imports nothing of ours but its neighbours here.
"""
