"""Groups and draws: train, validation and test without leakage."""
