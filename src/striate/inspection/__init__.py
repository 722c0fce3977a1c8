"""Look inside: what a window, a layer, a network does with its numbers. Returns facts and arrays, draws nothing."""

from striate.inspection.kernels import Kernels as Kernels
from striate.inspection.kernels import kernels as kernels
from striate.inspection.maps import Maps as Maps
from striate.inspection.maps import maps as maps
from striate.inspection.subject import Subject as Subject
from striate.inspection.subject import subject as subject
from striate.inspection.traced import Onward as Onward
from striate.inspection.traced import Trace as Trace
from striate.inspection.tracing import trace as trace
from striate.inspection.tracing import traces as traces
from striate.inspection.units import Unit as Unit
from striate.inspection.units import unit_of as unit_of
