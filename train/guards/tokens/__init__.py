"""Guards of single tokens: those that begin, end and bound a turn, and those that the model does not know."""
