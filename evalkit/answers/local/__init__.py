"""Answers and likelihoods of weights on this machine."""
