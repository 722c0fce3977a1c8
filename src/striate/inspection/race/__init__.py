"""Update rules beside each other, on surfaces and on a network."""
