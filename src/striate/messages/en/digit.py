"""Digits as MNIST has them."""

TEXTS = {
    "data.digit_rule": "The pictures are digits as MNIST has them, so pictures that the model is asked about later are brought to that form first: light on black, 20 pixels long, centred. Give resize='stretch' to only resize them.",
}
