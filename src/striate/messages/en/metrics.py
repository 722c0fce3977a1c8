"""Metrics and what `striate evaluate` says with them."""

TEXTS = {
    "metric.class_id": "{where}: '{setting}' must be the number of a class, 0 or more, or None, got {came!r}.",
    "metric.no_such_class": "A metric was asked for class {class_id}, but the model's outputs stand for 0 to {last}; choose one of these.",
    "metric.k_too_large": "The true class is always among the {k} first of {classes}; choose a k below the number of classes.",
    "metric.no_probabilities": "Calibration compares probabilities, but these outputs are not between 0 and 1 with the sum 1; give the last layer activation='softmax' or 'sigmoid'.",
    "metric.name_twice": "Two values would be logged as '{name}'; give a metric another name, as in Precision(name='mine').",
    "log.top_k_categorical_accuracy": "top-k accuracy",
    "log.sparse_top_k_categorical_accuracy": "top-k accuracy",
    "log.top5": "top-5 accuracy",
    "log.precision": "precision",
    "log.recall": "recall",
    "log.f1": "F1",
    "log.f1_score": "F1",
    "log.expected_calibration_error": "calibration error",
    "log.ece": "calibration error",
}
