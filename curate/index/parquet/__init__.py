"""Parquet that is read in place: how it is written, and how its bytes are held against their digests."""
