"""What a training did to the weights, frame by frame."""
