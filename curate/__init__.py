"""Raw JSONL in; clean, split, explained JSONL out."""
