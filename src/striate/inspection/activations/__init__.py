"""Activation functions: their slopes, what is left of a gradient, how fast they learn."""
