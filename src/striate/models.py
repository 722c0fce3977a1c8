"""Models: `from striate.models import Sequential, load_model`."""

from typing import TYPE_CHECKING

from striate import calling as calling  # lets a layer be called on an array
from striate.model import Model as Model
from striate.model import load_model as load_model
from striate.network.elsewhere import missing_in
from striate.sequential import Sequential as Sequential

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.models")
