"""Update rules: `from striate.optimizers import SGD, Adam`."""

from typing import TYPE_CHECKING as TYPE_CHECKING

from striate.network.elsewhere import missing_in as missing_in
from striate.network.optimizers import NAG as NAG
from striate.network.optimizers import SGD as SGD
from striate.network.optimizers import Adadelta as Adadelta
from striate.network.optimizers import Adagrad as Adagrad
from striate.network.optimizers import Adam as Adam
from striate.network.optimizers import AdamW as AdamW
from striate.network.optimizers import CenteredMomentumRMSprop as CenteredMomentumRMSprop
from striate.network.optimizers import CenteredRMSprop as CenteredRMSprop
from striate.network.optimizers import GradientDescent as GradientDescent
from striate.network.optimizers import Momentum as Momentum
from striate.network.optimizers import MomentumRMSprop as MomentumRMSprop
from striate.network.optimizers import Muon as Muon
from striate.network.optimizers import Nadam as Nadam
from striate.network.optimizers import Nesterov as Nesterov
from striate.network.optimizers import PlainRMSprop as PlainRMSprop
from striate.network.optimizers import RMSprop as RMSprop
from striate.network.optimizers import Rule as Rule
from striate.optimizers import schedules as schedules

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.optimizers")
