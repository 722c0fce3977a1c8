"""Look inside: what a window, a layer, a network does with its numbers. Returns facts and arrays, draws nothing."""

from striate.inspection.by_hand import convolution as convolution
from striate.inspection.by_hand import pooling as pooling
from striate.inspection.claims import escapes as escapes
from striate.inspection.claims import swings as swings
from striate.inspection.contest import contest as contest
from striate.inspection.course import course_of as course_of
from striate.inspection.descents import descend as descend
from striate.inspection.descents import race_on as race_on
from striate.inspection.slides import sliding as sliding
from striate.inspection.strokes import strokes as strokes
from striate.inspection.subject import Subject as Subject
from striate.inspection.subject import subject as subject
from striate.inspection.surfaces import surface_named as surface_named
from striate.inspection.units import Unit as Unit
from striate.inspection.units import unit_of as unit_of
