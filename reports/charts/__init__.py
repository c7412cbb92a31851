"""Charts as SVG made here: one file a chart, each with its title, its description and its numbers."""
