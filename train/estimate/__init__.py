"""What a run would take: memory by part and time, from one step that is measured."""
