"""Language models that are asked in words: a local server, and a server of our own."""
