"""What can be seen before a training: mistakes that each have a name, on copies of its weights."""
