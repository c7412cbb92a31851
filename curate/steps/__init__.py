"""The steps of a curation: one a file, and the registry of them all."""
