"""Atomic files, spliced records, the ledger."""
