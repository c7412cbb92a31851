"""The page of two scored runs without a verdict: what changed, and what it did to the scores."""
