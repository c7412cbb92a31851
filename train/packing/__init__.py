"""Lengths to batches: packs without gaps, groups of one length, or as they fall."""
