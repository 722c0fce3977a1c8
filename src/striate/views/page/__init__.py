"""Pages: facts as one HTML file that needs nothing else, neither scripts nor a network."""
