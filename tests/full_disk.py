"""A training whose disk becomes full: `python tests/full_disk.py DATA FOLDER HOW STEP` in a process of its own.

HOW is "disk": FOLDER stands on a small file system, which is filled to its last byte in the midst of the training; or
"limit": from then on the system takes no more from this process (RLIMIT_FSIZE). The training must end with an error of
ours, leave its last checkpoint whole and no part of a file, and, once there is room again, be resumed. Prints as JSON
what was seen.
"""

import json
import os
import resource
import shutil
import sys
from pathlib import Path

from striate.checkpoints import Checkpoints
from striate.data.load import load_images
from striate.errors import FileError, TrainingError
from striate.messages import speak
from striate.recipe import Recipe
from striate.run_folder import CHECKPOINTS
from striate.runs.resuming import resume_run
from striate.runs.train import Keeping, train_run
from striate.storage import load
from striate.training.events import Event, StepDone

RECIPE = Recipe("digits", 4, 16, threads=1)
PAGE = 1 << 16


def fill(ballast: Path) -> None:
    """Write until nothing more goes."""
    with ballast.open("wb", buffering=0) as file:
        size = PAGE
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


def main(data: Path, folder: Path, how: str, step: int) -> None:
    """Train, be refused, look, make room, resume."""
    speak("en")
    ballast, before = folder.parent / "ballast", resource.getrlimit(resource.RLIMIT_FSIZE)

    def make_full(event: Event) -> None:
        if isinstance(event, StepDone) and (event.epoch, event.step) == (1, step):
            if how == "disk":
                fill(ballast)
            else:
                resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))

    images, keeping = load_images(data), Keeping(3)
    seen: dict[str, object] = {}
    try:
        train_run(images, folder, RECIPE, source=str(data), progress=make_full, verbose=0, keeping=keeping)
    except FileError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        seen |= {"code": error.code, "sentence": str(error).replace(str(folder), "RUN")}
    except TrainingError as error:
        seen |= {"code": error.code}
    kept = Checkpoints(folder / CHECKPOINTS).newest()
    seen["step"] = kept["step"] if kept else None
    seen["parts"] = [path.name for path in folder.rglob(".*") if ".part" in path.name]
    seen["models"] = [path.name for path in sorted(folder.glob("*.safetensors")) if load(path).graph]
    seen["lines"] = (folder / "metrics.csv").read_text().count("\n")
    seen["ends"] = (folder / "metrics.csv").read_text()[-1:]
    ballast.unlink(missing_ok=True)
    seen["resumed"] = resume_run(folder, verbose=0).model.fingerprint
    shutil.rmtree(folder)
    seen["unbroken"] = train_run(images, folder, RECIPE, verbose=0).model.fingerprint
    print(json.dumps(seen))


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
