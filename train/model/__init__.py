"""The base model, and what is trained on it; torch, transformers and peft are imported here."""
