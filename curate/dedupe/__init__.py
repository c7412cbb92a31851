"""The near-duplicate engine: text to signature to bands to verified clusters."""
