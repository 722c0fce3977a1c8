"""The version, stated once: the package's metadata is built from this line."""

__version__ = "0.1.0"
