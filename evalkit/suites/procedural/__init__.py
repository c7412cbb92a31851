"""Suites whose items are drawn from a seed, as many as are asked for."""
