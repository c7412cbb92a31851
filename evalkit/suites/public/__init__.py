"""Suites that others published: where the file of each lies, and how a record of it becomes an item."""
