"""Models: `from striate.models import Sequential, load_model`."""

from striate import calling as calling  # lets a layer be called on an array
from striate.model import Model as Model
from striate.model import load_model as load_model
from striate.sequential import Sequential as Sequential
