"""Callbacks: `from striate.callbacks import EarlyStopping`."""

from typing import TYPE_CHECKING

from striate.network.elsewhere import missing_in
from striate.training.callbacks import Callback as Callback
from striate.training.callbacks import CSVLogger as CSVLogger
from striate.training.callbacks import EarlyStopping as EarlyStopping
from striate.training.callbacks import ModelCheckpoint as ModelCheckpoint
from striate.training.health import Health as Health
from striate.training.keeping import BackupAndRestore as BackupAndRestore
from striate.training.rate_callbacks import LearningRateScheduler as LearningRateScheduler
from striate.training.rate_callbacks import ReduceLROnPlateau as ReduceLROnPlateau
from striate.training.rate_range import RangeTest as RangeTest
from striate.training.snapshots import Snapshots as Snapshots

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.callbacks")
