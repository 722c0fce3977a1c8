"""Runs that were broken off and are resumed: their whole folders are those of unbroken runs, or it is said why not."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import write_parts

from striate.checkpoints import Checkpoints
from striate.data import parts
from striate.data.load import load_images
from striate.errors import DataError, FileError, Notice, StateError, StriateError
from striate.history import History
from striate.recipe import Recipe
from striate.run_folder import BEST, CHECKPOINTS, EPOCHS, LAST, LOCK, RECORD, SETTINGS, held
from striate.runs import resuming
from striate.runs.judging import Trained
from striate.runs.record import KINDS, write_record
from striate.runs.resuming import resume_run
from striate.runs.train import Keeping, train_run
from striate.runs.tuning import Tuning
from striate.training.events import EpochDone, Event, StepDone
from striate.training.interrupts import Interrupted, Interrupts

pytestmark = pytest.mark.usefixtures("no_drawing")

RECIPE = Recipe("digits", 4, 16, schedule="one_cycle", augment="shift=1", threads=1)
OFTEN = Keeping(2)


class BrokenOffError(Exception):
    """Raised in the midst of a training."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of parts."""
    return write_parts(tmp_path_factory.mktemp("data"))


@pytest.fixture
def moved(source: Path, tmp_path: Path) -> Path:
    """The same pictures, to be changed."""
    return Path(shutil.copytree(source, tmp_path / "moved"))


def train(source: Path, folder: Path, recipe: Recipe = RECIPE, **settings: Any) -> Trained:
    return train_run(load_images(source), folder, recipe, source=str(source), verbose=0, **settings)


def at(epoch: int, step: int | None = None) -> Callable[[Event], None]:
    """Ends a training like an error, in an epoch at a step, or behind it."""

    def look(event: Event) -> None:
        kind = EpochDone if step is None else StepDone
        if isinstance(event, kind) and event.epoch == epoch and getattr(event, "step", None) == step:
            raise BrokenOffError

    return look


def broken_off(source: Path, folder: Path, progress: Callable[[Event], None], **settings: Any) -> Path:
    with pytest.raises(BrokenOffError):
        train(source, folder, progress=progress, **{"keeping": OFTEN, **settings})
    return folder


def content(folder: Path) -> dict[str, object]:
    """What a run's files hold; of seconds only that they are there."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    found: dict[str, object] = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    lines = (folder / EPOCHS).read_text().splitlines()
    found[EPOCHS] = [{name: each for name, each in json.loads(line).items() if name != "seconds"} for line in lines]
    found["report.html"] = str((folder / "report.html").read_text().replace(folder.name, "run"))
    return found


@pytest.fixture(scope="module")
def unbroken(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The files of a run that nothing happened to."""
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(History, "plot", lambda self, path: path.touch())
        train(source, folder, keeping=OFTEN)
    return content(folder)


@pytest.mark.parametrize("moments", [[(0, 0)], [(1, 2), (1, None), (3, 3)], [(3, None)]], ids=str)
def test_a_resumed_run_has_the_same_files(
    source: Path, unbroken: dict[str, object], moments: list[tuple[int, int | None]], tmp_path: Path
) -> None:
    """Broken off before its first checkpoint, several times on its way, after its last epoch."""
    folder = broken_off(source, tmp_path / "run", at(*moments[0]))
    for moment in moments[1:]:
        with pytest.raises(BrokenOffError):
            resume_run(folder, progress=at(*moment))
    shutil.copy(first(source / "train" / "0"), folder / f".{BEST}.77.part.safetensors")  # what a kill leaves
    (folder / "metrics.csv").write_bytes(b"half a li")
    resume_run(folder, verbose=0, threads=2)
    assert content(folder) == unbroken


def test_the_last_and_the_best_model_come_back(source: Path, unbroken: dict[str, object], tmp_path: Path) -> None:
    """Also where no later epoch writes them again."""
    folder = broken_off(source, tmp_path / "run", at(3, None), keeping=Keeping(1))
    for name in (BEST, LAST):
        (folder / name).write_bytes(b"damaged")
    resume_run(folder, verbose=0)
    assert content(folder) == unbroken


def test_broken_off_while_it_was_judged(
    source: Path, unbroken: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BrokenOffError

    with monkeypatch.context() as patch:
        patch.setattr("striate.runs.judging.write_report", fail)
        broken_off(source, tmp_path / "run", lambda event: None)
    resume_run(tmp_path / "run", verbose=0)
    assert content(tmp_path / "run") == unbroken


def test_beginning_with_another_model_whose_file_has_gone(source: Path, tmp_path: Path) -> None:
    earlier, recipe = train(source, tmp_path / "earlier"), Recipe("digits", 2, 16, start=str(tmp_path / "earlier"))
    assert earlier.model.fingerprint
    plain = train(source, tmp_path / "plain", recipe)
    with pytest.raises(BrokenOffError):
        train(source, tmp_path / "run", recipe, progress=at(0, 1))
    shutil.rmtree(tmp_path / "earlier")
    assert resume_run(tmp_path / "run", verbose=0).model.fingerprint == plain.model.fingerprint


def test_without_its_first_checkpoint_it_cannot_begin_anew(source: Path, tmp_path: Path) -> None:
    train(source, tmp_path / "earlier", Recipe("digits", 1, 16))
    with pytest.raises(BrokenOffError):
        train(source, tmp_path / "run", Recipe("digits", 2, start=str(tmp_path / "earlier")), progress=at(0, 1))
    for path in (tmp_path / "run" / CHECKPOINTS).glob("0*"):
        path.unlink()
    with pytest.raises(FileError) as caught:
        resume_run(tmp_path / "run", verbose=0)
    assert caught.value.code == "checkpoint.none_whole"


def test_the_time_that_it_may_take_is_what_was_left(source: Path, tmp_path: Path) -> None:
    recipe = Recipe("softmax", 3, 16, threads=1)
    folder = broken_off(source, tmp_path / "run", at(1, 1), recipe=recipe, tuning=Tuning(minutes=5))
    assert 200 < json.loads(json.loads((folder / CHECKPOINTS / RECORD).read_text())["run"])["seconds"] < 300
    assert len(resume_run(folder, verbose=0).history.epoch) == 3


def test_pictures_that_stood_in_memory_are_handed_over(source: Path, tmp_path: Path) -> None:
    data = load_images(source)
    plain = train_run(data, tmp_path / "plain", RECIPE, verbose=0)
    with pytest.raises(BrokenOffError):
        train_run(data, tmp_path / "run", RECIPE, verbose=0, keeping=OFTEN, progress=at(2, 1))
    with pytest.raises(DataError) as caught:
        resume_run(tmp_path / "run")
    assert caught.value.code == "resume.data_needed"
    assert resume_run(tmp_path / "run", data, verbose=0).model.fingerprint == plain.model.fingerprint


# What is not as it was


def first(folder: Path) -> Path:
    return min(folder.iterdir())


def repaint(folder: Path) -> None:
    shutil.copy(first(folder / "train" / "1"), first(folder / "train" / "0"))


def relabel(folder: Path) -> None:
    shutil.move(first(folder / "train" / "1"), folder / "train" / "2" / "another.png")


def rename(folder: Path) -> None:
    file = first(folder / "val" / "0")
    file.rename(file.with_name(f"{file.stem}x.png"))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a picture": (repaint, "pixels"),
    "a label": (relabel, "labels"),
    "a name": (rename, "names"),
    "a picture less": (lambda folder: first(folder / "test" / "2").unlink(), "pictures"),
    "a class": (lambda folder: [(part / "2").rename(part / "x") for part in folder.iterdir()], "classes"),
    "a part": (lambda folder: shutil.rmtree(folder / "test"), "parts"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_data_are_noticed(moved: Path, change: str, tmp_path: Path) -> None:
    folder = broken_off(moved, tmp_path / "run", at(1, 1))
    CHANGES[change][0](moved)
    with pytest.raises(StateError) as caught:
        resume_run(folder, verbose=0)
    assert (caught.value.code, caught.value.fields["differing"]) == (
        "resume.changed",
        [(f"changed.{CHANGES[change][1]}", {})],
    )
    if change != "a class":
        assert len(resume_run(folder, anyway=True, verbose=0).history.epoch) == RECIPE.epochs


def test_the_same_data_elsewhere_are_the_same(
    source: Path, moved: Path, unbroken: dict[str, object], tmp_path: Path
) -> None:
    """Times of change do not count where the pixels are known."""
    folder = broken_off(source, tmp_path / "run", at(2, 1))
    for file in moved.rglob("*.png"):
        os.utime(file, (1, 1))
    resume_run(folder, load_images(moved), verbose=0)
    assert {**content(folder), "report.html": unbroken["report.html"]} == unbroken  # it names files


def test_files_that_are_not_in_memory_are_known_by_their_stamps(
    moved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parts, "SMALL", 0)
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    before = load_images(moved, cache=0)
    known = resuming.fingerprint(before)
    assert resuming.changes(known, resuming.fingerprint(load_images(moved, cache=0))) == []
    os.utime(first(moved / "val" / "0"), (1, 1))
    assert resuming.changes(known, resuming.fingerprint(load_images(moved, cache=0))) == ["changed.stamps"]


def change_record(folder: Path, **changes: Any) -> None:
    write_record(folder, {**resuming.read_record(folder), **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"version": "0.0.1"}, "version"), ({"isa": "of tomorrow"}, "arithmetic")],
)
def test_another_version_or_processor_is_noticed(
    source: Path, changes: dict[str, str], code: str, tmp_path: Path
) -> None:
    folder = broken_off(source, tmp_path / "run", at(1, 1))
    if "isa" in changes and resuming.read_record(folder)["engine"] == "reference":
        changes = {"engine": "native", **changes}
    change_record(folder, **changes)
    with pytest.raises(StateError) as caught:
        resume_run(folder, verbose=0)
    (difference,) = caught.value.fields["differing"]  # type: ignore[misc]
    assert difference[0] == f"changed.{code}"
    assert resume_run(folder, anyway=True, verbose=0).model.fingerprint


def test_other_settings_are_noticed(source: Path, unbroken: dict[str, object], tmp_path: Path) -> None:
    """Those of the beginning count; where the file is gone it is written anew."""
    folder = broken_off(source, tmp_path / "run", at(1, 1))
    (folder / SETTINGS).write_text((folder / SETTINGS).read_text().replace("epochs = 4", "epochs = 5"))
    with pytest.raises(StateError) as caught:
        resume_run(folder, verbose=0)
    assert caught.value.fields["differing"] == [("changed.settings", {"file": SETTINGS})]
    (folder / SETTINGS).unlink()
    resume_run(folder, verbose=0)
    assert content(folder) == unbroken


# What cannot be resumed


def test_a_record_of_a_stranger(source: Path, tmp_path: Path) -> None:
    """Under a right seal: what is missing, of another kind, or a table of other things, is refused by our errors."""
    folder = broken_off(source, tmp_path / "run", at(1, 1))
    record = resuming.read_record(folder)
    for name in KINDS:
        junk: list[Any] = [[3.5], 2.5] if name != "seconds" else ["soon"]
        if name == "network":
            junk = [{"bogus": 1}, [3], record[name][:1], [{**record[name][0], "bogus": 1}]]
        if isinstance(record[name], dict) and name != "about":
            junk += [{"bogus": 1}, {**record[name], "bogus": [1]}]
        for value in junk:
            write_record(folder, {**record, name: value})
            with pytest.raises((StriateError, BrokenOffError)):  # what is too much in a table may not matter
                resume_run(folder, anyway=True, verbose=0, progress=at(1, 1))
    for name in KINDS:
        write_record(folder, {key: value for key, value in record.items() if key != name})
        with pytest.raises(FileError) as caught:
            resume_run(folder, verbose=0)
        assert caught.value.code == "resume.record_damaged"


def test_a_checkpoint_of_a_stranger(source: Path, tmp_path: Path) -> None:
    folder = broken_off(source, tmp_path / "run", at(1, 1))
    checkpoints = Checkpoints(folder / CHECKPOINTS)
    kept = checkpoints.newest()
    assert kept is not None
    checkpoints.write({**kept, "facts": [3]})
    with pytest.raises(StateError):
        resume_run(folder, verbose=0)
    for name in set(kept) - {"facts"}:
        for changed in ({**kept, name: [{"bogus": 1}]}, {key: value for key, value in kept.items() if key != name}):
            checkpoints.write(changed)
            with pytest.raises(StriateError):
                resume_run(folder, anyway=True, verbose=0, progress=at(1, 1))


def test_a_finished_run_says_so(source: Path, tmp_path: Path) -> None:
    train(source, tmp_path / "run", Recipe("softmax", 1, threads=1))
    with pytest.raises(StateError) as caught:
        resume_run(tmp_path / "run")
    assert caught.value.code == "resume.finished"


@pytest.mark.parametrize("folder", ["nothing", "empty"])
def test_what_is_no_run(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError) as caught:
        resume_run(tmp_path / folder)
    assert caught.value.code == "resume.no_run"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"run": "{}", "sha256": "0"}', '{"run": 3, "sha256": "0"}'])
def test_a_damaged_record(text: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / CHECKPOINTS).mkdir()
    (tmp_path / CHECKPOINTS / RECORD).write_text(text)
    with pytest.raises(FileError) as caught:
        resume_run(tmp_path)
    assert caught.value.code == "resume.record_damaged"


def test_a_bit_of_the_record(source: Path, tmp_path: Path) -> None:
    folder = broken_off(source, tmp_path / "run", at(1, 1))
    path = folder / CHECKPOINTS / RECORD
    path.write_text(path.read_text().replace('batch_size\\": 16', 'batch_size\\": 17'))
    with pytest.raises(FileError) as caught:
        resume_run(folder)
    assert caught.value.code == "resume.record_damaged"


# While it runs


def test_what_ends_it_is_heard_between_two_steps(source: Path, unbroken: dict[str, object], tmp_path: Path) -> None:
    """Also while the pictures held out are judged."""

    def press(epoch: int, step: int) -> Callable[[Event], None]:
        def look(event: Event) -> None:
            if isinstance(event, StepDone) and (event.epoch, event.step) == (epoch, step):
                os.kill(os.getpid(), signal.SIGTERM if step else signal.SIGINT)

        return look

    folder, never = tmp_path / "run", Keeping("never", interrupts=Interrupts())
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(Interrupted) as caught:
        train(source, folder, progress=press(0, 0), keeping=never)
    assert caught.value.number == signal.SIGINT
    with pytest.raises(Interrupted) as caught:
        resume_run(folder, progress=press(2, 3), keeping=Keeping("never", interrupts=Interrupts()))
    assert caught.value.number == signal.SIGTERM
    assert len(list((folder / CHECKPOINTS).glob("*.safetensors"))) == 2
    signal.signal(signal.SIGINT, before)
    resume_run(folder, verbose=0)
    assert content(folder) == unbroken


def test_the_second_one_ends_it_at_once() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.heard == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_what_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGHUP)
    assert interrupts.heard is None
    signal.signal(signal.SIGHUP, before)


HOLDS = """
import sys
from pathlib import Path
from striate.run_folder import held

with held(Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_one_processs(source: Path, tmp_path: Path) -> None:
    """The lock ends with the process; what a dead one left is none."""
    line = [sys.executable, "-c", HOLDS, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(resuming.__file__).parents[2])}
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(FileError) as caught:
            train(source, tmp_path, overwrite=True)
        assert (caught.value.code, caught.value.fields["pid"]) == ("run.in_use", str(other.pid))
        assert caught.value.fields["host"] == os.uname().nodename
        other.kill()
    assert (tmp_path / LOCK).exists()
    with held(tmp_path), pytest.raises(FileError) as caught:
        train(source, tmp_path)
    assert caught.value.fields["pid"] == str(os.getpid())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_goes(source: Path, tmp_path: Path) -> None:
    def remove(event: Event) -> None:
        if isinstance(event, StepDone) and event.epoch == 1 and (tmp_path / "run").exists():
            shutil.rmtree(tmp_path / "run")

    with pytest.raises(FileError) as caught:
        train(source, tmp_path / "run", progress=remove)
    assert caught.value.code == "run.folder_gone"
    assert not (tmp_path / "run").exists()


def test_data_that_go(moved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was kept is not spoilt by steps without pictures: brought back, the run ends with the same bits."""
    monkeypatch.setattr(parts, "SMALL", 0)
    data = load_images(moved, cache=0)
    plain = train_run(data, tmp_path / "plain", RECIPE, verbose=0)

    def remove(event: Event) -> None:
        if isinstance(event, StepDone) and event.epoch == 1 and moved.exists():
            moved.rename(tmp_path / "away")

    with pytest.raises(DataError) as caught:
        train_run(data, tmp_path / "run", RECIPE, source=str(moved), verbose=0, progress=remove, keeping=Keeping(1))
    assert caught.value.code == "training.data_gone"
    assert caught.value.fields["folder"] == moved
    (tmp_path / "away").rename(moved)
    assert resume_run(tmp_path / "run", data, verbose=0).model.fingerprint == plain.model.fingerprint


def test_unreadable_pictures_alone_end_nothing(moved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parts, "SMALL", 0)
    data = load_images(moved, cache=0)
    first(moved / "train" / "0").unlink()
    with pytest.warns(Notice):
        assert np.isfinite(train_run(data, tmp_path / "run", RECIPE, verbose=0).judged["loss"])
