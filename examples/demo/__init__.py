"""How the tickets and questions of ``thresher demo`` were written."""
