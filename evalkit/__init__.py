"""Predictions and references to scores that say how they were made."""
