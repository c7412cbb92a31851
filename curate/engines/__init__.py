"""Where blocks run."""
