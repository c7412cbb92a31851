"""Speed, memory, quality and the harmlessness of the defaults: each a command that prints Markdown tables."""
