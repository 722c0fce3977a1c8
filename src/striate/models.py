"""Models: `from striate.models import Sequential, load_model`."""

from striate.model import Model as Model
from striate.model import Sequential as Sequential
from striate.model import load_model as load_model
