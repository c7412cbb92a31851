"""The passes over the rows: read, look at blocks, spill, decide."""
