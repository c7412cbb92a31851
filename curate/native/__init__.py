"""The C kernel and its loader."""
