"""What ``thresher demo`` tunes: a tiny model, made from scratch in seconds, and the files of ``tuning/``."""
