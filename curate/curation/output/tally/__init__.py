"""What is counted of rows, block by block: lengths, tokens, languages and turns."""
