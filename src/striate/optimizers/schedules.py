"""Schedules of the learning rate: `from striate.optimizers.schedules import CosineDecay`."""

from striate.network.schedules import CosineDecay as CosineDecay
from striate.network.schedules import ExponentialDecay as ExponentialDecay
from striate.network.schedules import OneCycle as OneCycle
from striate.network.schedules import PiecewiseConstantDecay as PiecewiseConstantDecay
from striate.network.schedules import PolynomialDecay as PolynomialDecay
from striate.network.schedules import Schedule as Schedule
