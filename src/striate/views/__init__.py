"""How facts are shown to a person or to a program: tables, training progress. Knows no models."""
