"""Files to records, with every fault at its place."""
