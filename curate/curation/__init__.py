"""A curation run: plan, phases, decisions, outputs."""
