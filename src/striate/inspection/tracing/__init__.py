"""Every number of a map as the sum that it is."""
