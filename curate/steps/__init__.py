"""One file a step; the table of steps."""
