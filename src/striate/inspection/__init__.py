"""Look inside: what a window, a layer, a network does with its numbers. Returns facts and arrays, draws nothing."""

from striate.inspection.class_shares import ClassShares as ClassShares
from striate.inspection.class_shares import class_shares as class_shares
from striate.inspection.film import Film as Film
from striate.inspection.film import Frame as Frame
from striate.inspection.film import film as film
from striate.inspection.patches import Patches as Patches
from striate.inspection.patches import patches as patches
from striate.inspection.subject import Subject as Subject
from striate.inspection.subject import subject as subject
from striate.inspection.units import Unit as Unit
from striate.inspection.units import unit_of as unit_of
