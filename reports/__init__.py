"""Offline HTML pages of what a run did."""
