"""Faces in pictures, videos and before a camera: where they are, and what a model says of them."""
