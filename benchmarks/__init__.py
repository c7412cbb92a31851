"""Speed, memory and the harmlessness of the defaults: each a command that prints a Markdown table."""
