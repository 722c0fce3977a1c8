"""What a network is: layers, sizes, wiring, losses, rules, as descriptions. No arithmetic on pictures."""
