"""A classifier for scikit-learn: `from striate.sklearn import CNNClassifier`. Needs the extra `samples`.

Nothing of Striate imports this file, so scikit-learn is needed by nobody else.
"""

# pyright: reportUntypedBaseClass=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingModuleSource=false
# Scikit-learn brings no types.

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from striate.errors import DataError, MissingExtraError, SettingError, SizeError, StateError
from striate.model import Model, load_model
from striate.network.layers import Layer
from striate.network.optimizers import Rule, rule_named
from striate.network.settings import convert, optional, positive, shape
from striate.presets.read import network
from striate.runs.preparing import check_outputs
from striate.sequential import Sequential
from striate.training.targets import as_numbers, as_pictures, as_weights
from striate.views.progress import Verbose

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import NotFittedError as SklearnNotFittedError
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import type_of_target
    from sklearn.utils.validation import column_or_1d
except ImportError as error:
    raise MissingExtraError("extra.missing", package="scikit-learn", extra="samples") from error

Array = NDArray[Any]
Layers = Callable[[int], Sequence[Layer]]  # from the number of classes to a network
LARGEST_SEED = 2**31 - 1
SAVED = "model.safetensors"


class NotFittedError(StateError, SklearnNotFittedError):
    """The classifier is asked before it has learned: Striate's `StateError` and scikit-learn's `NotFittedError`."""


class CNNClassifier(ClassifierMixin, BaseEstimator):
    """A convolutional network as scikit-learn's classifiers are: `fit(X, y)`, `predict(X)`, `score(X, y)`.

    X is (N, H, W) or (N, H, W, C), or rows of numbers (N, D) that `image_shape` makes pictures of, row by row of
    pixels; without it rows stay vectors, for networks without maps such as "softmax". Values are used as they come:
    bring bytes to 0..1 first. y holds a label a picture: texts or whole numbers.

    `model` is a preset ("digits", "lenet5", "softmax"), the path of a TOML network, or a function from the number of
    classes to a list of layers; it ends in as many softmax outputs as there are classes. `learning_rate` None is the
    optimizer's own. `random_state` None draws anew each time, a number gives the same bits again.

    After `fit`: `classes_`, `model_` (a `striate.Model`), `history_`, `image_shape_`, `n_features_in_`. A pickle holds
    the weights as the bytes of a model file, which is checked as any other when it is read.
    """

    def __init__(
        self,
        model: str | Layers = "digits",
        *,
        image_shape: tuple[int, ...] | None = None,
        epochs: int = 10,
        batch_size: int | Literal["all"] = 32,
        optimizer: str | Rule = "adam",
        learning_rate: float | None = None,
        engine: str | None = None,
        threads: int | None = None,
        isa: str | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: Verbose = 0,
    ) -> None:
        # Scikit-learn's custom: only kept here, checked by `fit`.
        self.model = model
        self.image_shape = image_shape
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.engine = engine
        self.threads = threads
        self.isa = isa
        self.random_state = random_state
        self.verbose: Verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from pictures and labels, from fresh weights.

        Raises `DataError` for data that cannot be learned from, `SettingError` or `UnknownNameError` for settings that
        cannot be, `GraphError` or `SizeError` where the network does not fit, `TrainingError` where numbers stop being
        finite.
        """
        pictures = _pictures(X, self._asked_shape())
        classes, numbers = _encoded(y, len(pictures))
        model = self._built(pictures.shape[1:], len(classes))
        rule = rule_named(self.optimizer)
        if self.learning_rate is not None:
            rule = type(rule)(self.learning_rate)
        loss = "sparse_categorical_crossentropy"
        model.compile(rule, loss, metrics=["accuracy"], engine=self.engine, threads=self.threads, isa=self.isa)
        history = model.fit(
            pictures,
            numbers,
            self._batch_size(len(pictures)),
            convert("CNNClassifier", "epochs", positive, self.epochs),
            self.verbose,
            sample_weight=_weights(sample_weight, len(pictures)),
        )
        names = tuple(str(label) for label in classes.tolist())
        model.class_names = names if len(set(names)) == len(names) else None
        self.classes_, self.model_, self.history_ = classes, model, history.history
        self.image_shape_ = pictures.shape[1:]
        self.n_features_in_ = int(np.prod(self.image_shape_))
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of every class, (N, K), in the order of `classes_`."""
        model = self._fitted()
        return model.predict(_pictures(X, self.image_shape_))

    def predict(self, X: ArrayLike) -> Array:
        """The most probable class of each picture, (N,)."""
        winners = self.predict_proba(X).argmax(axis=1)
        return self.classes_[winners]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = cast(Any, super()).__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(cast(dict[str, Any], super().__getstate__()))
        if "model_" in state:
            state["model_"] = _to_bytes(state["model_"])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "model_" in state:
            state = {**state, "model_": _from_bytes(state["model_"])}
        cast(Any, super()).__setstate__(state)

    def _fitted(self) -> Model:
        if not hasattr(self, "model_"):
            raise NotFittedError("sklearn.not_fitted")
        return self.model_

    def _asked_shape(self) -> tuple[int, ...] | None:
        asked = convert("CNNClassifier", "image_shape", optional(shape), self.image_shape)
        if asked is not None and len(asked) not in (2, 3):
            raise SettingError("sklearn.image_shape_form", came=self.image_shape)
        return (*asked, 1) if asked is not None and len(asked) == 2 else asked

    def _batch_size(self, pictures: int) -> int | Literal["all"]:
        """Never more than there are pictures: a fold of a cross-validation may hold fewer than a batch."""
        if self.batch_size == "all":
            return "all"
        return min(convert("CNNClassifier", "batch_size", positive, self.batch_size), pictures)

    def _built(self, shape: tuple[int, ...], classes: int) -> Sequential:
        """The network with first weights. Raises `DataError` where it wants pictures and got vectors."""
        seed = int(check_random_state(self.random_state).randint(LARGEST_SEED))
        named = isinstance(self.model, str)
        layers = network(self.model, classes) if isinstance(self.model, str) else self.model(classes)
        model = Sequential(layers, seed=seed)
        try:
            model.build(shape)
        except SizeError as misfit:
            if misfit.code == "size.needs_maps" and len(shape) == 1:
                raise DataError("sklearn.image_shape", features=shape[0]) from None
            raise
        check_outputs(model.graph, str(self.model) if named else "CNNClassifier", classes)
        return model


def _pictures(X: ArrayLike, shape: tuple[int, ...] | None) -> Array:
    """X as float32 (N, H, W, C), or (N, D) where no shape makes pictures of rows."""
    if hasattr(X, "toarray"):
        raise DataError("sklearn.sparse")
    array = as_numbers(X)
    if array.ndim < 2:
        raise DataError("sklearn.rows", came=array.shape)
    if array.ndim == 2 and shape is not None:
        if array.shape[1] != np.prod(shape):
            raise DataError("sklearn.features", required=int(np.prod(shape)), came=array.shape[1])
        array = array.reshape(-1, *shape)
    if array.ndim == 3 and shape is None:
        array = array[..., None]
    if 0 in array.shape:
        raise DataError("data.no_pictures")
    return as_pictures(array, shape or array.shape[1:])


def _weights(sample_weight: ArrayLike | None, pictures: int) -> Array | None:
    weights = as_weights(sample_weight, pictures)
    if weights is not None and not weights.any():
        raise DataError("sklearn.no_weight")
    return weights


def _encoded(y: ArrayLike | None, pictures: int) -> tuple[Array, Array]:
    """The classes in order, and the number of each picture's class."""
    if y is None:
        raise SettingError("setting.missing", where="fit", setting="y")
    try:
        labels = cast(Array, cast(Any, column_or_1d)(y, warn=True))
        kind = str(cast(Any, type_of_target)(labels))
    except (TypeError, ValueError):
        raise DataError("sklearn.labels", came=type(y).__name__) from None
    if len(labels) != pictures:
        raise DataError("data.lengths_differ", pictures=pictures, targets=len(labels))
    if kind not in ("binary", "multiclass"):
        raise DataError("sklearn.labels", came=kind)
    classes, numbers = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise DataError("sklearn.one_class", came=classes[0])
    return classes, numbers


def _to_bytes(model: Model) -> bytes:
    """The model's file."""
    with TemporaryDirectory() as folder:
        model.save(Path(folder, SAVED))
        return Path(folder, SAVED).read_bytes()


def _from_bytes(file: bytes) -> Model:
    """The model of a file's bytes, through the one validator. Raises `ModelFileError`."""
    with TemporaryDirectory() as folder:
        Path(folder, SAVED).write_bytes(file)
        return load_model(Path(folder, SAVED))
