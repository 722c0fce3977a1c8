"""The report of a model and its pictures: which mistakes stand in it, and what a run's folder adds."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate import Confidence, Images, Preprocessing, Sequential
from striate.data import parts
from striate.data.folder import list_folder
from striate.data.parts import read_part
from striate.errors import Notice
from striate.layers import Dense, Flatten
from striate.report import class_report
from striate.report_page import read_metrics, read_settings, worst_mistakes, write_report

RULE = Preprocessing((1, 2), "grey")


def model() -> Sequential:
    """Says "right" of a picture whose right pixel is the brighter one, the surer the brighter it is."""
    net = Sequential([Flatten(input_shape=(1, 2, 1)), Dense(2, "softmax", use_bias=False)])
    net.weights["dense1/kernel"][...] = 3 * np.eye(2)
    net.class_names, net.preprocessing, net.confidence = ("left", "right"), RULE, Confidence(1.5, 0.6)
    return net


# The class, the left pixel, the right one: the second, fourth and fifth are wrong, the fourth is the worst.
PICTURES = [(0, 200, 0), (0, 0, 90), (1, 0, 250), (1, 240, 0), (0, 10, 200), (1, 30, 60)]


def in_memory() -> Images:
    pixels = np.uint8([[[[left], [right]]] for _, left, right in PICTURES])
    return Images(pixels, np.array([label for label, *_ in PICTURES]), None, RULE)


def test_the_worst_mistakes_come_with_their_pictures() -> None:
    images = in_memory()
    found = worst_mistakes(class_report(model(), images), images)
    assert [each.number for each in found] == [3, 4, 1]
    assert [(each.truth, each.answer) for each in found] == [("right", "left"), ("left", "right"), ("left", "right")]
    for each in found:
        np.testing.assert_array_equal(each.picture, images.pictures[each.number])
        assert each.file is None
    z = 3 * np.array([240, 0]) / 255 / 1.5
    assert found[0].probability == pytest.approx(np.exp(z[0]) / np.exp(z).sum(), rel=1e-5)
    assert len(worst_mistakes(class_report(model(), images), images, most=1)) == 1


def test_a_file_that_broke_takes_nobodys_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALL", 0)  # nothing is kept decoded
    for i, (label, left, right) in enumerate(PICTURES):
        folder = tmp_path / ("left", "right")[label]
        folder.mkdir(exist_ok=True)
        Image.fromarray(np.uint8([[left, right]])).save(folder / f"{i}.png")
    images, _ = read_part(list_folder(tmp_path).parts["train"], RULE)
    assert images.files is not None
    Path(next(file for file in images.files if file.endswith("1.png"))).unlink()
    with pytest.warns(Notice):
        report = class_report(model(), images)
    assert report.pictures == 5
    found = worst_mistakes(report, images)
    assert [Path(each.file or "").name for each in found] == ["3.png", "4.png"]
    assert [int(each.picture.max()) for each in found] == [240, 200]
    Path(found[0].file or "").unlink()
    assert [Path(each.file or "").name for each in worst_mistakes(report, images)] == ["4.png"]


def test_a_report_is_written_whole(tmp_path: Path) -> None:
    images, net = in_memory(), model()
    write_report(tmp_path / "r.html", class_report(net, images), net, images, title="<run>", part="test")
    text = (tmp_path / "r.html").read_text("utf-8")
    assert "&lt;run&gt;" in text and net.fingerprint in text and text.count("<img ") == 3
    assert "dense1" in text  # the network
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_what_a_runs_folder_adds(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("epoch,loss,val_loss\n0,2.5,3\n1,1.5,2\n", "utf-8")
    assert read_metrics(tmp_path / "m.csv") == {"loss": [2.5, 1.5], "val_loss": [3, 2]}
    (tmp_path / "s.toml").write_text('[train]\nmodel = "x"\n', "utf-8")
    assert read_settings(tmp_path / "s.toml") == {"train": {"model": "x"}}


@pytest.mark.parametrize("text", [b"", b"\xff\x00", b"epoch,loss\n0,x\n", b"epoch,loss\n0\n", b"[[[", b"a = 1\na = 2"])
def test_what_is_no_runs_file_adds_nothing(tmp_path: Path, text: bytes) -> None:
    assert read_metrics(tmp_path / "missing") == read_settings(tmp_path / "missing") == {}
    (tmp_path / "x").write_bytes(text)
    assert read_metrics(tmp_path / "x") == {} and read_settings(tmp_path / "x") == {}
