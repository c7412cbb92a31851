"""train.jsonl -> adapter: thin, since transformers, peft, bitsandbytes and torch do the work."""
