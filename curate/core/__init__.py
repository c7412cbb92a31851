"""The floor: reading, writing, records and commands; imports nothing of ours."""
