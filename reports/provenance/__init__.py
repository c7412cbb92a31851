"""Where the runs of a page come from: every input by its hash, and which run made it."""
