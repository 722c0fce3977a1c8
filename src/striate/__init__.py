"""Striate: convolutional neural networks for ordinary computers.

Names and defaults are Keras's where Keras has the thing: `import striate as keras` runs such code. Each name is
imported when it is first asked for (PEP 562), so that `import striate` is quick and `striate --help` needs no NumPy.
"""

from importlib import import_module

from striate.version import __version__ as __version__

TYPE_CHECKING = False  # type checkers know the name; to import it from typing takes longer than all of this
if TYPE_CHECKING:
    from striate import callbacks as callbacks
    from striate import inspection as inspection
    from striate import layers as layers
    from striate import losses as losses
    from striate import metrics as metrics
    from striate import models as models
    from striate import optimizers as optimizers
    from striate import presets as presets
    from striate import utils as utils
    from striate.confidence import Confidence as Confidence
    from striate.data.augment import Augmentation as Augmentation
    from striate.data.dataset import Dataset as Dataset
    from striate.data.dataset import Images as Images
    from striate.data.load import digits as digits
    from striate.data.load import load_images as load_images
    from striate.data.preprocessing import Preprocessing as Preprocessing
    from striate.errors import Notice as Notice
    from striate.errors import StriateError as StriateError
    from striate.inspection.gradient import check_gradient as check_gradient
    from striate.layers import Activation as Activation
    from striate.layers import Add as Add
    from striate.layers import AveragePooling2D as AveragePooling2D
    from striate.layers import AvgPool2D as AvgPool2D
    from striate.layers import BatchNormalization as BatchNormalization
    from striate.layers import Concatenate as Concatenate
    from striate.layers import Conv2D as Conv2D
    from striate.layers import CustomLayer as CustomLayer
    from striate.layers import Dense as Dense
    from striate.layers import DepthwiseConv2D as DepthwiseConv2D
    from striate.layers import Dropout as Dropout
    from striate.layers import Flatten as Flatten
    from striate.layers import GlobalAveragePooling2D as GlobalAveragePooling2D
    from striate.layers import GlobalAvgPool2D as GlobalAvgPool2D
    from striate.layers import GlobalMaxPool2D as GlobalMaxPool2D
    from striate.layers import GlobalMaxPooling2D as GlobalMaxPooling2D
    from striate.layers import Input as Input
    from striate.layers import LayerNormalization as LayerNormalization
    from striate.layers import MaxPool2D as MaxPool2D
    from striate.layers import MaxPooling2D as MaxPooling2D
    from striate.layers import ReLU as ReLU
    from striate.layers import Softmax as Softmax
    from striate.layers import ZeroPadding2D as ZeroPadding2D
    from striate.layers import custom as custom
    from striate.messages import speak as speak
    from striate.models import Model as Model
    from striate.models import Sequential as Sequential
    from striate.models import load_model as load_model
    from striate.report import confidence_of as confidence_of
else:
    _MODULES = ("callbacks", "inspection", "layers", "losses", "metrics", "models", "optimizers", "presets", "utils")
    _NAMES_OF = {
        "confidence": ("Confidence",),
        "data.augment": ("Augmentation",),
        "data.dataset": ("Dataset", "Images"),
        "data.load": ("digits", "load_images"),
        "data.preprocessing": ("Preprocessing",),
        "errors": ("Notice", "StriateError"),
        "inspection.gradient": ("check_gradient",),
        "layers": (
            "Activation",
            "Add",
            "AveragePooling2D",
            "AvgPool2D",
            "BatchNormalization",
            "Concatenate",
            "Conv2D",
            "CustomLayer",
            "Dense",
            "DepthwiseConv2D",
            "Dropout",
            "Flatten",
            "GlobalAveragePooling2D",
            "GlobalAvgPool2D",
            "GlobalMaxPool2D",
            "GlobalMaxPooling2D",
            "Input",
            "LayerNormalization",
            "MaxPool2D",
            "MaxPooling2D",
            "ReLU",
            "Softmax",
            "ZeroPadding2D",
            "custom",
        ),
        "messages": ("speak",),
        "models": ("Model", "Sequential", "load_model"),
        "report": ("confidence_of",),
    }
    _HOMES = {name: home for home, names in _NAMES_OF.items() for name in names}

    __all__ = sorted([*_MODULES, *_HOMES, "__version__"])

    def __getattr__(name: str) -> object:
        """Import what is asked for; from then on it stands here."""
        if name in _MODULES:
            return import_module(f"striate.{name}")
        if name not in _HOMES:
            elsewhere = import_module("striate.network.elsewhere")
            return elsewhere.missing_in("striate")(name)
        value = globals()[name] = getattr(import_module(f"striate.{_HOMES[name]}"), name)
        return value

    def __dir__() -> list[str]:
        """The public names, also those that nobody has asked for yet."""
        return __all__
