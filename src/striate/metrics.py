"""Metrics: `from striate.metrics import TopKCategoricalAccuracy`."""

from typing import TYPE_CHECKING

from striate.network.elsewhere import missing_in
from striate.training.calibration import ExpectedCalibrationError as ExpectedCalibrationError
from striate.training.confusion import F1Score as F1Score
from striate.training.confusion import Precision as Precision
from striate.training.confusion import Recall as Recall
from striate.training.metrics import Accuracy as Accuracy
from striate.training.metrics import MeanAbsoluteError as MeanAbsoluteError
from striate.training.metrics import MeanSquaredError as MeanSquaredError
from striate.training.metrics import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from striate.training.tallies import Metric as Metric

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.metrics")
