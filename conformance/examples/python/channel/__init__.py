"""A service of the Channel Protocol 1.0 in Python's standard library, a room for each noun."""
