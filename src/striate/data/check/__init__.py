"""Looking through a collection of pictures for what spoils training."""
