"""A model that learned MNIST reads photographed digits: the answers, not only the form of the pictures."""

from pathlib import Path

import numpy as np
import pytest
from photographed import ten

from striate.data.load import load_images
from striate.errors import Notice
from striate.model import Model, load_model
from striate.presets import models

MNIST = Path(__file__).parents[2] / "shared" / "data" / "mnist"  # beside the checkout; not part of it
LEARNED = 6000  # pictures: a tenth of them, for a second; tests/nightly/practicals.py takes all, and 200 photographs


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The convnet after two epochs of a part of MNIST, saved and read back."""
    if not MNIST.exists():
        pytest.skip(f"{MNIST} is not there")
    with pytest.warns(Notice, match="MNIST"):
        data = load_images(MNIST)
    model = models.convnet(classes=10, size=28, channels=1, seed=0)
    model.class_names, model.preprocessing = data.class_names, data.preprocessing
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data.train.take(np.arange(LEARNED)), batch_size=64, epochs=2, verbose=0)
    file = tmp_path_factory.mktemp("reader") / "digits.safetensors"
    model.save(file)
    return load_model(file)


def test_at_least_nine_of_ten_are_read(reader: Model, rng: np.random.Generator) -> None:
    answers = [reader.classify(picture)[0] for picture in ten(rng)]
    assert sum(answer.best == str(digit) for digit, answer in enumerate(answers)) >= 9


def test_without_the_rule_they_are_not(reader: Model, rng: np.random.Generator) -> None:
    """So the test above has something to find."""
    from dataclasses import replace

    rule = reader.preprocessing
    assert rule is not None and rule.resize == "digit"
    reader.preprocessing = replace(rule, resize="stretch")
    try:
        answers = [reader.classify(picture)[0] for picture in ten(rng)]
    finally:
        reader.preprocessing = rule
    assert sum(answer.best == str(digit) for digit, answer in enumerate(answers)) <= 5
