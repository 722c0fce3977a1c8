"""The engine that is written to be fast: a plan made in Python, run by the compiled core."""
