"""How sure a model is, and answering "none of these"."""

TEXTS = {
    "setting.probability": "{where}: '{setting}' must be a number from 0 to 1, got {came!r}.",
    "confidence.config": "A model's confidence must be an object with exactly 'temperature', 'threshold' and 'mirrored', and perhaps 'shifted', got {came}.",
    "usage.threshold": "{where}: {setting} must be a probability from 0 to 1, or 'none', got '{came}'.",
    "cli.predict.threshold": "The least probability that counts as an answer; below it a picture is none of these; 'none': always answer (default: what training chose).",
    "predict.none": "none of these",
    "predict.guess": "({best}?)",
    "train.shifted": "predict looks at each picture {looks} times, as it is, mirrored and moved by a pixel, since training did the same to "
    "pictures, too",
    "train.mirrored": "predict looks at each picture twice, as it is and mirrored, since training mirrored pictures, too",
    "train.confidence": "calibrated on {pictures:,|validation picture/validation pictures}: temperature {temperature:.2f}; predict answers from a probability of {percent:.1f} % on, else 'none of these' (--threshold changes it)",
    "train.always_answers": "calibrated on {pictures:,|validation picture/validation pictures}: temperature {temperature:.2f}; predict always answers, for too few of them are answered right to choose a threshold by (--threshold sets one)",
    "judged.balanced": "balanced accuracy: {percent:.1f} % (the mean of the classes' recall)",
    "judged.calibrated": "after calibration (temperature {temperature:.2f}): {percent:.1f} %",
    "judged.abstains": "'none of these' where the probability is below {threshold:.1f} %: {refused:,} of {pictures:,|picture/pictures}, {share:.1f} % (95 % interval {low:.1f} to {high:.1f} %)",
    "judged.answered": "right where it answers: {right:,} of {answered:,}, {share:.1f} % (95 % interval {low:.1f} to {high:.1f} %)",
}
