"""The page of a curation run: what its files say, put in words and numbers."""
