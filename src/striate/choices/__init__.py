"""Training without settings: from facts about the pictures to how to train, each choice with its reason."""
