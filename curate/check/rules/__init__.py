"""What a record must be to train on: one file a family of faults."""
