"""Measurements of Striate, each compared with the limit that it is about: `python -m benchmarks --list`."""
