"""Rules held against their estimates: what each says, what it would need, and what may stay unmet."""
