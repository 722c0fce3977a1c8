"""The classifier for scikit-learn: in its own checks, in its tools, and through a pickle."""

import pickle
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import estimator_checks

from striate.errors import ModelFileError, StateError, StriateError
from striate.layers import Dense, Flatten, Layer
from striate.optimizers import Adam
from striate.sklearn import CNNClassifier

# Why each of scikit-learn's checks that the classifier does not pass is none for it.
NOT_FOR_US = {
    "check_sample_weight_equivalence_on_dense_data": "a picture twice is in two batches, a weight of 2 in one",
    "check_complex_data": "refused, in Striate's own words",
    "check_dtype_object": "numbers must come as numbers",
    "check_estimators_empty_data_messages": "refused, in Striate's own words",
    "check_requires_y_none": "refused, in Striate's own words",
}


@pytest.mark.skipif(not hasattr(estimator_checks, "estimator_checks_generator"), reason="before scikit-learn 1.6")
@pytest.mark.filterwarnings("ignore")  # what the checks themselves provoke
def test_scikit_learns_own_checks() -> None:
    judged = estimator_checks.check_estimator(
        CNNClassifier("softmax", learning_rate=0.05, epochs=30, random_state=0), on_fail=None, on_skip=None
    )
    failed = {each["check_name"]: each["exception"] for each in judged if each["status"] == "failed"}
    assert failed.keys() <= NOT_FOR_US.keys(), failed
    assert sum(each["status"] == "passed" for each in judged) > 40


@pytest.fixture
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Rows of 64 numbers 0..16 for the digits 0, 1 and 2, with labels that are texts."""
    x, y = load_digits(n_class=3, return_X_y=True)
    return x[:150], np.array(["영", "one", "zwei"])[y[:150]]


def layers(classes: int) -> list[Layer]:
    return [Flatten(), Dense(classes, "softmax")]


def classifier(**settings: object) -> CNNClassifier:
    chosen: dict[str, object] = {"epochs": 4, "learning_rate": 0.01, "image_shape": (8, 8), "random_state": 0}
    return CNNClassifier(layers, **{**chosen, **settings})  # type: ignore[arg-type]


def test_it_learns_rows_maps_and_pictures_alike(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = digits[0] / 16, digits[1]
    fitted = [classifier().fit(shape, y) for shape in (x, x.reshape(-1, 8, 8), x.reshape(-1, 8, 8, 1))]
    assert list(fitted[0].classes_) == ["one", "zwei", "영"]
    for each in fitted:
        np.testing.assert_array_equal(each.predict_proba(x), fitted[0].predict_proba(x))
        assert each.score(x, y) == np.mean(each.predict(x) == y) > 0.9
        assert (each.image_shape_, each.n_features_in_) == ((8, 8, 1), 64)
    np.testing.assert_allclose(fitted[0].predict_proba(x).sum(axis=1), 1, rtol=1e-5)
    assert fitted[0].model_.class_names == ("one", "zwei", "영")


def test_a_preset_of_convolutions_learns(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = digits[0][:60] / 16, digits[1][:60]
    learner = CNNClassifier("digits", image_shape=(8, 8), epochs=3, optimizer=Adam(0.003), random_state=1).fit(x, y)
    assert learner.score(x, y) > 0.8
    assert len(learner.history_["loss"]) == 3


def test_random_state(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = digits

    def bits(random_state: object) -> str:
        return classifier(random_state=random_state, epochs=1).fit(x, y).model_.fingerprint

    assert bits(3) == bits(3) == bits(np.random.RandomState(3)) != bits(4)
    assert bits(None) != bits(None)


def test_cross_validation_grid_search_and_pipeline(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = digits
    line = make_pipeline(MinMaxScaler(), classifier(epochs=8))
    assert cross_val_score(line, x, y, cv=3).min() > 0.7
    grid = {"cnnclassifier__learning_rate": [1e-6, 0.01], "cnnclassifier__epochs": [3]}
    search = GridSearchCV(line, grid, cv=2).fit(x, y)
    assert search.best_params_["cnnclassifier__learning_rate"] == 0.01
    assert search.best_estimator_.predict(x[:5]).shape == (5,)


def test_clone_and_parameters() -> None:
    learner = classifier(batch_size=7)
    copy = clone(learner)
    assert copy is not learner and copy.get_params() == learner.get_params()
    assert copy.set_params(epochs=9).epochs == 9
    assert not hasattr(copy, "model_")


def test_a_pickle_holds_the_model_as_its_file(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = digits
    learner = classifier().fit(x, y)
    state = learner.__getstate__()
    assert isinstance(state["model_"], bytes) and b'"striate"' in state["model_"][:300]
    assert not isinstance(learner.model_, bytes)  # the one pickled stays as it is
    again = pickle.loads(pickle.dumps(learner))
    np.testing.assert_array_equal(again.predict_proba(x), learner.predict_proba(x))
    assert again.model_.fingerprint == learner.model_.fingerprint
    assert list(again.classes_) == list(learner.classes_)
    assert pickle.loads(pickle.dumps(classifier())).get_params() == classifier().get_params()


def test_a_model_file_in_a_pickle_is_checked_as_any_other(digits: tuple[np.ndarray, np.ndarray]) -> None:
    learner = classifier(epochs=1).fit(*digits)
    state = learner.__getstate__()
    with pytest.raises(ModelFileError):
        CNNClassifier.__new__(CNNClassifier).__setstate__({**state, "model_": state["model_"][:-4]})


def fit(**settings: object) -> Callable[[np.ndarray, np.ndarray], object]:
    return lambda x, y: classifier(**settings).fit(x, y)


REFUSED: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
    "sklearn.not_fitted": lambda x, y: classifier().predict(x),
    "sklearn.image_shape": lambda x, y: CNNClassifier().fit(x, y),
    "sklearn.image_shape_form": fit(image_shape=(64,)),
    "sklearn.features": fit(image_shape=(8, 9)),
    "sklearn.rows": lambda x, y: classifier().fit(x[0], y[:1]),
    "sklearn.one_class": lambda x, y: classifier().fit(x, np.full(len(x), 4)),
    "sklearn.labels": lambda x, y: classifier().fit(x, np.linspace(0, 1, len(x))),
    "sklearn.no_weight": lambda x, y: classifier().fit(x, y, np.zeros(len(x))),
    "data.lengths_differ": lambda x, y: classifier().fit(x, y[1:]),
    "data.sample_weight": lambda x, y: classifier().fit(x, y, [1.0]),
    "data.wrong_shape": lambda x, y: classifier().fit(x, y).predict(x.reshape(-1, 4, 16)),
    "data.not_finite": lambda x, y: classifier().fit(x * np.nan, y),
    "data.no_pictures": lambda x, y: classifier().fit(x[:0], y[:0]),
    "data.not_numbers": lambda x, y: classifier().fit(x.astype(str), y),
    "setting.missing": lambda x, y: classifier().fit(x, None),  # type: ignore[arg-type]
    "setting.positive": fit(epochs=0),
    "setting.positive_real": fit(learning_rate=-1.0),
    "setting.shape": fit(image_shape="8x8"),
    "name.unknown_did_you_mean": fit(optimizer="adm"),
    "run.no_softmax": lambda x, y: CNNClassifier(lambda k: [Flatten(), Dense(k)], image_shape=(8, 8)).fit(x, y),
    "run.outputs": lambda x, y: CNNClassifier(lambda k: [Dense(9, "softmax")]).fit(x, y),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_refused(code: str, digits: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(StriateError) as caught:
        REFUSED[code](*digits)
    assert caught.value.code == code


def test_sparse_matrices_are_refused(digits: tuple[np.ndarray, np.ndarray]) -> None:
    from scipy.sparse import csr_matrix

    with pytest.raises(StriateError) as caught:
        classifier().fit(csr_matrix(digits[0]), digits[1])
    assert caught.value.code == "sklearn.sparse"


def test_not_fitted_is_caught_as_ours_and_as_scikit_learns(digits: tuple[np.ndarray, np.ndarray]) -> None:
    for kind in (NotFittedError, StateError, ValueError):
        with pytest.raises(kind):
            classifier().predict_proba(digits[0])


def test_without_scikit_learn_the_extra_is_named() -> None:
    code = """
import sys
sys.modules["sklearn"] = None
try: import striate.sklearn
except ImportError as error: print(error.code, error.fields["extra"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "extra.missing samples\n"
