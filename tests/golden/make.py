"""Writes the golden model files of the current format. Run once a format version, and never again over an old file.

python tests/golden/make.py
"""

from pathlib import Path

import numpy as np

from striate import Input, Model, Preprocessing, Sequential
from striate.layers import Activation, AveragePooling2D, Conv2D, Dense, Dropout, Flatten, MaxPooling2D

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


MODELS = {"v1-chain": chain, "v1-shared": shared}

if __name__ == "__main__":
    for name, make in MODELS.items():
        file = HERE / f"{name}.safetensors"
        if file.exists():
            raise SystemExit(f"{file} is there already and stays as it is")
        make().save(file)
