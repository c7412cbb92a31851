"""How it is measured: commands in turn, their cost, and how right they were."""
