"""What a unit sees, and how much of it, and what padding does."""
