"""Guards of rows: how many there are, what they say, and whether they stand in the tests."""
