"""The rows that an index holds: found by a value, by their likeness, and read."""
