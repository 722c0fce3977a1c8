"""Networks by name, each a short TOML file beside this one or a function in nets.py."""

from striate.presets.read import PRESETS as PRESETS
from striate.presets.read import network as network
from striate.presets.read import tables as tables
from striate.presets.read import wired as wired
