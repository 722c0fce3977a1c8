"""From arrays to figures. Needs matplotlib (the extra `plot`); draws without a screen; knows no models."""
