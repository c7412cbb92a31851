"""What is wrong with a record, by stable codes."""
