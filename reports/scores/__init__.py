"""The page of a scored run: metrics with their intervals, what went wrong, and every item."""
