"""The block's schema, views on it, and marks."""
