"""Texts to sets of shingles, to MinHash signatures, to the keys of bands."""
