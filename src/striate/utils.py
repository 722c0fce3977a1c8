"""Small helpers by Keras's names: `from striate.utils import to_categorical`."""

from typing import TYPE_CHECKING

from striate.data.one_hot import to_categorical as to_categorical
from striate.network.elsewhere import missing_in

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.utils")
