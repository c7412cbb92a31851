"""Rows that share a band, compared exactly: twins, and rows that are linked."""
