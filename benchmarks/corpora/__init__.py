"""What is measured on: made corpora, labelled sets, and every pair that is truly alike."""
