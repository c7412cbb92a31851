"""Guards of the chat template: what it refuses, leaves out or writes otherwise, and whether it is what serves."""
