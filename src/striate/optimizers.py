"""Update rules: `from striate.optimizers import SGD, Adam`."""

from striate.network.optimizers import NAG as NAG
from striate.network.optimizers import SGD as SGD
from striate.network.optimizers import Adam as Adam
from striate.network.optimizers import GradientDescent as GradientDescent
from striate.network.optimizers import Momentum as Momentum
from striate.network.optimizers import Nesterov as Nesterov
from striate.network.optimizers import Rule as Rule
