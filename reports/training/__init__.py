"""The page of a training run: its curves, its rows, and what came of it."""
