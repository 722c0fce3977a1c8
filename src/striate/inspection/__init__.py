"""Look inside: what a window, a layer, a network does with its numbers. Returns facts and arrays, draws nothing."""
