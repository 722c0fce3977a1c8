"""Training as it runs."""

TEXTS = {
    "progress.unknown_verbose": "'verbose' must be 0 (nothing), 1 (a live bar), 2 (one line an epoch) or 'auto', got {came!r}.",
    "progress.epoch": "epoch {epoch}/{epochs}",
    "progress.pictures": "{pictures:,|image/images}",
    "progress.left": "{time} left",
    "progress.speed": "{speed:,.0f} images/s",
    "progress.seconds": "{seconds:.1f} s",
    "log.validation": "validation {log}",
    "log.loss": "loss",
    "log.accuracy": "accuracy",
    "log.learning_rate": "learning rate",
}
