"""Writes the golden files of the current formats. Run once a format version, and never again over an old file.

python tests/golden/make.py
"""

from pathlib import Path

import numpy as np

from striate import Input, Model, Preprocessing, Sequential, load_images
from striate.confidence import Confidence
from striate.data.setfile import SetWriter
from striate.layers import Activation, AveragePooling2D, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from striate.recipe import Recipe
from striate.runs.preparing import prepared, settings_toml

HERE = Path(__file__).parent


def fill(model: Model) -> Model:
    """Weights by a rule, so that a reader can check them without this file: (17 i mod 31 - 15) / 64, i counted on."""
    count = 0
    for view in model.weights.values():
        view[...] = ((17 * (count + np.arange(view.size)) % 31 - 15) / 64).reshape(view.shape)
        count += view.size
    return model


def chain() -> Model:
    """Every layer of the first format version, with names, preprocessing and remarks."""
    model = Sequential(
        [
            Conv2D(3, (3, 2), strides=(1, 2), padding=((1, 0), (0, 1)), activation="relu", input_shape=(9, 8, 1)),
            MaxPooling2D(2, padding="same"),
            Conv2D(2, 2, use_bias=False, name="둘째"),
            Activation("tanh"),
            AveragePooling2D((2, 1)),
            Flatten(),
            Dropout(0.25),
            Dense(3, "softmax", kernel_initializer="he_normal"),
        ]
    )
    model.class_names = ("고양이", "dog", "'\"\\ \u2028")
    model.preprocessing = Preprocessing(size=(9, 8), colour="grey", scale=1 / 255, resize="crop")
    model.about = {"accuracy": 0.1 + 0.2, "note": "학습", "history": {"loss": [1.5, None]}}
    return fill(model)


def shared() -> Model:
    """A graph in which one layer stands at two places."""
    x = Input((4,), name="x")
    twice = Dense(4, "sigmoid", name="twice")
    return fill(Model(x, Dense(1, "sigmoid")(twice(twice(x)))))


def confident() -> Model:
    """What files have had since: a confidence, a way to shrink pictures, a hash with what computed it."""
    model = fill(Sequential([Conv2D(2, 3, activation="relu", input_shape=(5, 6, 3)), Flatten(), Dense(2, "softmax")]))
    model.class_names = ("고양이", "dog")
    model.preprocessing = Preprocessing(size=(5, 6), colour="rgb", resize="fit", draft=True)
    model.confidence = Confidence(temperature=1.25, threshold=0.625, mirrored=True)
    model.about = {"bits": {"sha256": model.fingerprint, "isa": "avx512"}}
    return model


def write_pictures(path: Path) -> None:
    """A set of the cache: five pictures known, three of them kept."""
    shape = (2, 3, 3)
    with SetWriter(path, shape, 3) as writer:
        pixels = (np.arange(5 * np.prod(shape)) * 37 % 256).astype(np.uint8)
        writer.write(np.arange(20, dtype=np.int64).reshape(5, 4) * 10**12, pixels.reshape(5, *shape))
        writer.finish()


def write_settings(path: Path) -> None:
    """The settings of a run on six pictures of two classes."""
    x = (np.arange(6 * 8 * 9 * 3) * 7 % 256).astype(np.uint8).reshape(6, 8, 9, 3)
    data = load_images(x, [0, 1, 0, 1, 0, 1], class_names=["고양이", "dog"])
    recipe = Recipe("digits", 2, batch_size=2, learning_rate=0.01, schedule="cosine", augment="flip")
    path.write_text(settings_toml(prepared(data, recipe), "six pictures"), encoding="utf-8")


MODELS = {"v1-chain": chain, "v1-shared": shared, "v1-confident": confident}
FILES = {"v1-pictures.set": write_pictures, "v1-settings.toml": write_settings}

if __name__ == "__main__":
    for name, make in MODELS.items():
        file = HERE / f"{name}.safetensors"
        if not file.exists():
            make().save(file)
    for name, write in FILES.items():
        if not (HERE / name).exists():
            write(HERE / name)
