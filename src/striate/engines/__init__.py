"""Who does the arithmetic: one contract, and an engine in each folder."""
