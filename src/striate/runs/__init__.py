"""A whole training with its folder: looked ahead at, prepared, tried out, recorded, judged, resumed."""

from striate.runs.judging import Trained as Trained
from striate.runs.resuming import resume_run as resume_run
from striate.runs.train import Filming as Filming
from striate.runs.train import Keeping as Keeping
from striate.runs.train import train_run as train_run
from striate.runs.tuning import Tuning as Tuning
