"""Losses: `from striate.losses import SparseCategoricalCrossentropy`."""

from typing import TYPE_CHECKING

from striate.network.elsewhere import missing_in
from striate.network.losses import BinaryCrossentropy as BinaryCrossentropy
from striate.network.losses import CategoricalCrossentropy as CategoricalCrossentropy
from striate.network.losses import Loss as Loss
from striate.network.losses import MeanSquaredError as MeanSquaredError
from striate.network.losses import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.losses")
