"""Configuration, manifest, errors and progress of a run."""
