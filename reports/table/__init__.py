"""The table of many items: packed columns in the page, read, searched and drawn by a small script of our own."""
