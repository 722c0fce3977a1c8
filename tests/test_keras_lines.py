"""Lines written for Keras run with only the import changed, and give what they give there."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from striate import Notice
from striate.network.settings import config
from striate.optimizers import GradientDescent, Momentum, Nesterov, Rule

IMPORTS = {"from tensorflow import keras": "import striate as keras", "tensorflow.keras": "striate"}


def given(rule: Rule) -> dict[str, Any]:
    """The settings of a rule that say something: not those of any rule, as they are where nobody says."""
    plain = config(GradientDescent(learning_rate=9.0))
    return {name: value for name, value in config(rule).items() if plain.get(name) != value}


def run(lines: str, **names: Any) -> dict[str, Any]:
    """Run lines of Keras on Striate; the answer is what they named."""
    for theirs, ours in IMPORTS.items():
        lines = lines.replace(theirs, ours)
    assert "tensorflow" not in lines
    space = {"np": np, "load_sample_image": load_sample_image, **names}
    exec(lines, space)
    return space


LAYERS_ON_PICTURES = """
from tensorflow.keras.layers import Conv2D, MaxPool2D, Dense
china = load_sample_image('china.jpg') / 255
flower = load_sample_image('flower.jpg') / 255
images = np.array([china, flower])
one = np.expand_dims(flower, axis=0)
conv = Conv2D(filters=16, kernel_size=3, padding='same', strides=1, activation='relu')
output = Conv2D(filters=32, kernel_size=3, strides=1, padding='same', activation='relu')(one)
pooled = MaxPool2D(pool_size=2)(output)
both = MaxPool2D(pool_size=2)(conv(images))
dense = Dense(units=64, activation='relu')
"""


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    return run(LAYERS_ON_PICTURES)


def test_layers_called_on_sample_pictures(lesson: dict[str, Any]) -> None:
    assert lesson["images"].shape == (2, 427, 640, 3) and lesson["images"].dtype == np.float64
    shapes = {name: lesson[name].shape for name in ("one", "output", "pooled", "both")}
    assert shapes == {
        "one": (1, 427, 640, 3),
        "output": (1, 427, 640, 32),
        "pooled": (1, 213, 320, 32),
        "both": (2, 213, 320, 16),
    }
    for name in ("output", "pooled", "both"):
        assert lesson[name].dtype == np.float32
        assert np.isfinite(lesson[name]).all() and lesson[name].min() == 0 < lesson[name].max()


def test_pooling_took_the_largest_of_each_window(lesson: dict[str, Any]) -> None:
    """The last of the 427 rows is never looked at."""
    windows = lesson["output"][:, :426].reshape(1, 213, 2, 320, 2, 32)
    np.testing.assert_array_equal(lesson["pooled"], windows.max(axis=(2, 4)))


def test_a_dense_layer_of_the_lessons(lesson: dict[str, Any]) -> None:
    assert lesson["dense"](np.ones((2, 5))).shape == (2, 64)


def test_one_feature_map_as_a_picture(lesson: dict[str, Any]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = plt.imshow(lesson["output"][0, :, :, 4], cmap="gray")
    assert shown.get_array().shape == (427, 640)
    plt.close("all")


@pytest.mark.parametrize(
    ("line", "kind", "settings"),
    [
        ("SGD(lr=0.1)", GradientDescent, {"learning_rate": 0.1}),
        ("SGD(lr=0.1, momentum=0.9)", Momentum, {"learning_rate": 0.1, "momentum": 0.9}),
        ("SGD(lr=0.1, momentum=0.9, nesterov=True)", Nesterov, {"learning_rate": 0.1, "momentum": 0.9}),
    ],
)
def test_optimizers_by_their_old_keyword(line: str, kind: type[Rule], settings: dict[str, float]) -> None:
    for lines in (
        f"from tensorflow import keras\nrule = keras.optimizers.{line}",
        f"from tensorflow.keras.optimizers import SGD\nrule = {line}",
    ):
        with pytest.warns(Notice) as caught:
            rule = run(lines)["rule"]
        assert type(rule) is kind and given(rule) == settings
        fields = {"where": "SGD", "old": "lr", "new": "learning_rate"}
        assert [(n.message.code, n.message.fields) for n in caught] == [("setting.old_name", fields)]  # type: ignore[union-attr]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert given(run(lines.replace("lr=", "learning_rate="))["rule"]) == settings


CLASSIFIER = """
from tensorflow import keras
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.layers import Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dense, Dropout, Activation, Input
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, CSVLogger
from tensorflow.keras.optimizers import Adam

model = Sequential()
model.add(Conv2D(32, (3, 3), activation='relu', input_shape=(8, 8, 1)))
model.add(MaxPooling2D((2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(10))
model.add(Activation('softmax'))
model.compile(optimizer=Adam(learning_rate=0.01), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, y_train, batch_size=16, epochs=3, verbose=0, validation_split=0.25,
                    callbacks=[EarlyStopping(monitor='val_loss', patience=2, restore_best_weights=True),
                               ModelCheckpoint(folder + '/best.safetensors', save_best_only=True),
                               CSVLogger(folder + '/log.csv')])
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
answers = np.argmax(model.predict(x_test, verbose=0), axis=-1)
again = load_model(folder + '/best.safetensors')
val_accuracy = history.history['val_accuracy']

x = keras.Input(shape=(8, 8, 1))
y = keras.layers.Dense(10, activation='softmax')(keras.layers.Flatten()(keras.layers.AveragePooling2D()(x)))
other = keras.Model(inputs=x, outputs=y)
other.compile('sgd', loss=keras.losses.CategoricalCrossentropy(), metrics=['accuracy'])
other.fit(x_train, np.eye(10)[y_train], epochs=1, verbose=0)
"""


def test_a_classifier_from_description_to_answers(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 80)
    x = rng.uniform(0, 0.3, (80, 8, 8, 1))
    x[np.arange(80), y % 8, y // 2] += 3
    done = run(CLASSIFIER, x_train=x[:60], y_train=y[:60], x_test=x[60:], y_test=y[60:], folder=str(tmp_path))
    assert len(done["val_accuracy"]) == 3
    assert done["accuracy"] == np.mean(done["answers"] == y[60:])
    assert done["again"].predict(x).shape == (80, 10)
    assert {path.name for path in tmp_path.iterdir()} == {"best.safetensors", "log.csv"}
    assert capsys.readouterr() == ("", "")
    done["model"].summary()
    assert "conv1" in capsys.readouterr().out
