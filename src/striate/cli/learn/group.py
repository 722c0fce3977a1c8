"""`striate learn`: which commands it has."""

from striate.cli.ui import folder

learn = folder("learn", "conv", "pool", "calc", "race", "activations", "versus", "lesson")
