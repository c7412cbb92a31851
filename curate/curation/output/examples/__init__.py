"""The rows that a page shows: examples of each reason, of edits, and of rows that belong together."""
