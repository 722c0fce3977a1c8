"""What a network is, as descriptions and rules: layers, sizes, wiring, losses, optimizers. No arithmetic on pictures."""
