"""Sizes, windows and strokes as one would work them out on paper."""
