"""Look inside: what a window, a layer, a network does with its numbers. Returns facts and arrays, draws nothing."""

from striate.inspection.attribution import Attribution as Attribution
from striate.inspection.field import ReceptiveField as ReceptiveField
from striate.inspection.field import receptive_field as receptive_field
from striate.inspection.grad_cam import grad_cam as grad_cam
from striate.inspection.integrated_gradients import integrated_gradients as integrated_gradients
from striate.inspection.occlusion import occlusion as occlusion
from striate.inspection.padding import PaddingMap as PaddingMap
from striate.inspection.padding import padding_map as padding_map
from striate.inspection.saliency import saliency as saliency
from striate.inspection.subject import Subject as Subject
from striate.inspection.subject import subject as subject
from striate.inspection.units import Unit as Unit
from striate.inspection.units import unit_of as unit_of
