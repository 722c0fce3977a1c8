"""`striate look`: which commands it has."""

from striate.cli.ui import folder

look = folder("look", "trace", "maps", "kernels", "film", "field", "why", "patches")
