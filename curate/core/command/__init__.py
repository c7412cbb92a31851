"""The command line: a lazy table, exit codes, the terminal."""
