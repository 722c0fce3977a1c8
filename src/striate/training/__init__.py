"""Training: the loop, its callbacks, metrics and events. Works on a graph, its weights and data, never on a Model."""
