"""Look inside: what a window, a layer, a network does with its numbers. Returns facts and arrays, draws nothing."""

from striate.inspection.class_shares import ClassShares as ClassShares
from striate.inspection.class_shares import class_shares as class_shares
from striate.inspection.film import Film as Film
from striate.inspection.film import Frame as Frame
from striate.inspection.film import film as film
from striate.inspection.learning_speed import LearningSpeed as LearningSpeed
from striate.inspection.learning_speed import SpeedBudget as SpeedBudget
from striate.inspection.learning_speed import learning_speed as learning_speed
from striate.inspection.slopes import ActivationFunctions as ActivationFunctions
from striate.inspection.slopes import activation_functions as activation_functions
from striate.inspection.subject import Subject as Subject
from striate.inspection.subject import subject as subject
from striate.inspection.traced import Onward as Onward
from striate.inspection.traced import Trace as Trace
from striate.inspection.tracing import trace as trace
from striate.inspection.tracing import traces as traces
from striate.inspection.units import Unit as Unit
from striate.inspection.units import unit_of as unit_of
from striate.inspection.vanishing import GradientLeft as GradientLeft
from striate.inspection.vanishing import gradient_left as gradient_left
from striate.inspection.versus import Versus as Versus
from striate.inspection.versus import VersusBudget as VersusBudget
from striate.inspection.versus import versus as versus
