"""Rows in other words: what may change is asked of a model, what must not is guarded."""
