"""Rows to tokens, and which of them are trained."""
