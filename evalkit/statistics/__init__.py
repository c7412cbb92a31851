"""Bounds, intervals and ranks that scores, drifts and verdicts share."""
