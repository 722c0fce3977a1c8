"""Files that break while a model learns from them: left out, counted at the end of the epoch, named once."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from striate import Sequential
from striate.data import parts
from striate.data.dataset import Images
from striate.data.folder import list_folder
from striate.data.parts import read_part
from striate.data.preprocessing import Preprocessing
from striate.errors import DataError, Notice
from striate.layers import Dense, Flatten
from striate.training.callbacks import NO_LOGS, Callback, Logs
from striate.training.events import EpochDone, Event

RULE = Preprocessing((4, 4), "grey")
COUNT = 12


@pytest.fixture
def images(tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> Images:
    monkeypatch.setattr(parts, "SMALL", 0)
    for i in range(COUNT):
        (tmp_path / "ab"[i % 2]).mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (4, 4), np.uint8)).save(tmp_path / "ab"[i % 2] / f"{i}.png")
    return read_part(list_folder(tmp_path).parts["train"], RULE)[0]


def model() -> Sequential:
    net = Sequential([Flatten(), Dense(2, activation="softmax")])
    net.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], engine="reference")
    return net


class At(Callback):
    """Does something when an epoch begins."""

    def __init__(self, epoch: int, work: Callable[[], None]) -> None:
        self._epoch, self._work = epoch, work

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if epoch == self._epoch:
            self._work()


def remove(files: Sequence[str]) -> None:
    for file in files:
        Path(file).unlink()


def test_training_goes_on_with_what_is_left(images: Images) -> None:
    assert images.files is not None
    gone, told = images.files[:6], list[Event]()
    with pytest.warns(Notice) as caught:
        history = model().fit(
            images, batch_size=4, epochs=3, callbacks=At(1, lambda: remove(gone)), progress=told.append
        )
    (notice,) = [each.message for each in caught]
    assert isinstance(notice, Notice)
    assert notice.code == "training.unread"
    assert (notice.fields["count"], len(notice.fields["shown"])) == (6, 5)  # type: ignore[arg-type]
    assert set(notice.fields["files"]) == set(gone)  # type: ignore[call-overload]
    assert [event.unread for event in told if isinstance(event, EpochDone)] == [0, 6, 6]
    assert len(history.history["loss"]) == 3


@pytest.mark.parametrize(("batch_size", "left"), [(4, 3), (12, 9), ("all", "all")])
def test_the_weights_are_those_of_training_without_them(images: Images, batch_size: Any, left: Any) -> None:
    """The mean is over the pictures that came."""
    assert images.files is not None
    whole = Images(np.asarray(images.pictures), images.labels, None, RULE)
    kept = np.array([0, 1, 3, 4, 5, 7, 8, 9, 10])
    remove((images.files[2], images.files[6], images.files[11]))
    one, other = model(), model()
    with pytest.warns(Notice):
        one.fit(images, batch_size=batch_size, shuffle=False)
    other.fit(whole.take(kept), batch_size=left, shuffle=False)
    np.testing.assert_allclose(one.theta, other.theta, rtol=1e-6, atol=1e-7)


def test_batches_of_which_nothing_is_left(images: Images) -> None:
    assert images.files is not None
    remove(images.files[:8])
    with pytest.warns(Notice):
        history = model().fit(images, batch_size=4, shuffle=False)
    assert np.isfinite(history.history["loss"][0])


def test_nothing_is_left_at_all(images: Images) -> None:
    assert images.files is not None
    net = model()
    with pytest.raises(DataError) as caught:
        net.fit(images, epochs=2, callbacks=At(1, lambda: remove(images.files or ())))
    assert (caught.value.code, caught.value.fields["count"]) == ("training.nothing_read", COUNT)
    with pytest.raises(DataError) as caught:
        net.evaluate(images)
    assert caught.value.code == "training.nothing_read"


def test_judging_leaves_them_out_too(images: Images) -> None:
    assert images.files is not None
    net, whole = model(), Images(np.asarray(images.pictures), images.labels, None, RULE)
    net.fit(images)
    remove(images.files[:1])
    with pytest.warns(Notice) as caught:
        judged = net.judge(images)
    assert [each.message.code for each in caught if isinstance(each.message, Notice)] == ["training.unread"]
    assert judged == pytest.approx(net.judge(whole.take(np.arange(1, COUNT))), rel=1e-6)


def test_validation_counts_too_and_is_named_once(images: Images) -> None:
    assert images.files is not None
    held_out, told = images.take(np.arange(4)), list[Event]()
    remove(images.files[:1])
    with pytest.warns(Notice) as caught:
        model().fit(images.take(np.arange(4, COUNT)), epochs=2, validation_data=held_out, progress=told.append)
    assert len(caught) == 1
    assert [event.unread for event in told if isinstance(event, EpochDone)] == [1, 1]
