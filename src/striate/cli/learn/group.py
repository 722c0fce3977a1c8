"""`striate learn`: which commands it has."""

from striate.cli.ui import folder

learn = folder("learn", "conv", "pool", "strokes", "calc", "race", "activations", "versus", "lesson")
