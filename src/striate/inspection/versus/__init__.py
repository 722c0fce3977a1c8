"""Kinds of networks beside each other, at equal cost."""
