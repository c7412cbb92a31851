"""The page of a gate's verdict: what was decided, by which rule, on what evidence."""
