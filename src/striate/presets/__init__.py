"""Networks by name, each a short TOML file beside this one."""

from striate.presets.read import PRESETS as PRESETS
from striate.presets.read import network as network
