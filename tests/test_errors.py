"""Errors: classes that a program can catch, codes and fields that it can read, texts pinned once per language."""

import copy
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import striate
from striate import Sequential, errors
from striate.errors import (
    DataError,
    FileError,
    GraphError,
    MissingExtraError,
    ModelFileError,
    NoAttributeError,
    NoImportError,
    Notice,
    OutOfMemoryError,
    SettingError,
    SizeError,
    StateError,
    StriateError,
    TrainingError,
    UnknownNameError,
    nearest,
    tell,
    unknown_name,
)
from striate.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from striate.messages import render

BUILT_IN = {
    SettingError: ValueError,
    UnknownNameError: TypeError,
    SizeError: ValueError,
    GraphError: ValueError,
    DataError: ValueError,
    FileError: OSError,
    ModelFileError: FileError,
    MissingExtraError: ImportError,
    NoAttributeError: AttributeError,
    NoImportError: ImportError,
    StateError: RuntimeError,
    OutOfMemoryError: MemoryError,
    TrainingError: ArithmeticError,
}


def test_every_class_is_here() -> None:
    ours = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StriateError)}
    assert ours - {StriateError} == set(BUILT_IN)


@pytest.mark.parametrize("kind", BUILT_IN)
def test_caught_as_pythons_own_and_as_ours(kind: type[StriateError]) -> None:
    error = kind("file.not_found", path="a.png")
    assert isinstance(error, BUILT_IN[kind]) and isinstance(error, StriateError)
    assert (error.code, error.fields) == ("file.not_found", {"path": "a.png"})
    assert str(error) == render("file.not_found", {"path": "a.png"})


@pytest.mark.parametrize("kind", [*BUILT_IN, StriateError])
def test_an_error_survives_pickling_and_copying(kind: type[StriateError]) -> None:
    """As it must, to come back from another process."""
    error = kind("file.not_found", path=Path("a.png"))
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(other), other.code, other.fields, str(other)) == (kind, error.code, error.fields, str(error))


def test_a_field_may_have_any_name() -> None:
    assert StriateError("file.not_found", path=1, code=2, self=3, args=4).fields == {
        "path": 1, "code": 2, "self": 3, "args": 4,
    }  # fmt: skip


def test_a_file_error_is_none_of_the_systems() -> None:
    error = FileError("file.not_found", path="a.png")
    assert (error.errno, error.strerror, error.filename) == (None, None, None)


def test_names_are_compared_without_capitals_nearest_first() -> None:
    assert nearest("maxpooling2d", ["Conv2D", "MaxPooling2D", "AveragePooling2D"])[0] == "MaxPooling2D"
    assert nearest("zzz", ["Conv2D"]) == []
    assert nearest(None, ["Conv2D"]) == nearest([], []) == []


def test_an_unknown_name_lists_what_is_known_in_order() -> None:
    error = unknown_name("layer", "Conv", ["Dense", "Conv2D"])
    assert error.code == "name.unknown_did_you_mean"
    assert error.fields == {"kind": "kind.layer", "name": "Conv", "close": ["Conv2D"], "known": ["Conv2D", "Dense"]}
    assert unknown_name("layer", "Foo", ["Dense"]).code == "name.unknown"


def test_a_notice_points_at_the_line_outside() -> None:
    """At the one who called Striate, however deep the notice arose."""
    with pytest.warns(Notice) as caught:
        tell("model_file.ending", path="m.h5", ending=".safetensors")
    assert caught[0].filename == __file__
    assert str(caught[0].message) == render("model_file.ending", {"path": "m.h5", "ending": ".safetensors"})


def test_a_notice_can_be_silenced_or_raised_by_pythons_filters() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        tell("model_file.ending", path="m.h5", ending="")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with pytest.raises(Notice):
            tell("model_file.ending", path="m.h5", ending="")


# The texts of the mistakes that are made most often, word for word


def stacked() -> object:
    return Sequential([Input((28, 28, 1)), *(layer for _ in range(4) for layer in (Conv2D(4, 3), MaxPooling2D()))])


def uneven() -> object:
    return Sequential([Input((28, 28, 1)), Conv2D(4, 3), MaxPooling2D(), Conv2D(8, 3), MaxPooling2D()], strict=True)


def trained(**settings: object) -> object:
    model = Sequential([Flatten(input_shape=(2, 2, 1)), Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = [0, 2] if "class_weight" in settings else [0, 3]
    return model.fit(np.zeros((2, 2, 2, 1)), labels, verbose=0, **settings)  # type: ignore[arg-type]


TEXTS: dict[str, tuple[Callable[[], object], str, str]] = {
    "size.kernel_too_large": (
        stacked,
        "conv4: a 3x3 kernel does not fit what reaches it, 1x1: 28 -conv1-> 26 -pool1-> 13 -conv2-> 11 -pool2-> 5 "
        "-conv3-> 3 -pool3-> 1 -conv4-> ?\nEach of these fits through the whole model: padding='same' in conv1 to "
        "conv4; pictures of 46x46 or larger; leaving out conv4 and pool4.",
        "conv4: 3x3 커널이 들어오는 크기 1x1에 맞지 않습니다: 28 -conv1-> 26 -pool1-> 13 -conv2-> 11 -pool2-> 5 "
        "-conv3-> 3 -pool3-> 1 -conv4-> ?\n다음 가운데 하나만 하면 모델 전체에서 크기가 맞습니다: "
        "conv1~conv4에 padding='same' 쓰기; 46x46 이상의 사진 쓰기; conv4와 pool4 빼기.",
    ),
    "size.does_not_divide": (
        uneven,
        "pool2: 2x2 windows at a stride of 2x2 do not end at the last pixel of what reaches it, 11x11, and strict=True "
        "asks for that (rows left over: 1, columns: 1): 28 -conv1-> 26 -pool1-> 13 -conv2-> 11 -pool2-> ?\n"
        "With each of these every stride of the model divides: padding='same' in conv1; pictures of 26x26; "
        "pictures of 30x30.",
        "pool2: 들어오는 크기 11x11에서 2x2 창이 스트라이드 2x2로 움직이면 마지막 픽셀에서 끝나지 않는데, "
        "strict=True는 이를 허용하지 않습니다(남는 행 1개, 열 1개): 28 -conv1-> 26 -pool1-> 13 -conv2-> 11 -pool2-> ?\n"
        "다음 가운데 하나만 하면 모델의 모든 크기가 스트라이드로 나누어떨어집니다: conv1에 padding='same' 쓰기; "
        "26x26 사진 쓰기; 30x30 사진 쓰기.",
    ),
    "size.needs_maps": (
        lambda: MaxPooling2D()(Flatten()(Input((4, 4, 2)))),
        "pool1: MaxPooling2D works on maps (height, width, channels), but what reaches it is 32: 4 -flatten1-> 32. "
        "Put it before Flatten and Dense.",
        "pool1: MaxPooling2D는 (높이, 너비, 채널) 꼴의 특성 맵에 쓰는 층인데 32 모양이 들어옵니다: 4 -flatten1-> 32. "
        "Flatten과 Dense보다 앞에 두십시오.",
    ),
    "keyword.unknown_did_you_mean": (
        lambda: Dense(3, activaton="relu"),  # type: ignore[call-arg]
        "Dense has no argument 'activaton'; did you mean 'activation'?",
        "Dense에는 'activaton'이라는 인자가 없습니다. 혹시 'activation'입니까?",
    ),
    "name.unknown_did_you_mean": (
        lambda: Dense(3, "relo"),
        "There is no activation 'relo'; did you mean 'relu', 'relu6'? Known: "
        "'elu', 'gelu_tanh', 'hard_sigmoid', 'leaky_relu', 'linear', "
        "'relu', 'relu6', 'selu', 'sigmoid', 'silu', 'softmax', 'softplus', 'tanh'.",
        "활성화 함수 'relo'는 없습니다. 혹시 'relu', 'relu6'입니까? "
        "쓸 수 있는 이름: 'elu', 'gelu_tanh', 'hard_sigmoid', 'leaky_relu', 'linear', "
        "'relu', 'relu6', 'selu', 'sigmoid', 'silu', 'softmax', 'softplus', 'tanh'.",
    ),
    "setting.positive": (
        lambda: Conv2D(0, 3),
        "Conv2D: 'filters' must be a whole number of 1 or more, got 0.",
        "Conv2D: 'filters'는 1 이상의 정수여야 하는데 0이 들어왔습니다.",
    ),
    "setting.positive_real": (
        lambda: striate.optimizers.SGD(-0.1),
        "SGD: 'learning_rate' must be a finite number above 0, got -0.1.",
        "SGD: 'learning_rate'는 0보다 큰 유한한 수여야 하는데 -0.1이 들어왔습니다.",
    ),
    "rule.one_clip": (
        lambda: striate.optimizers.RMSprop(clipnorm=1, clipvalue=2),
        "RMSprop can clip the gradient in one way only, got 'clipnorm', 'clipvalue'; leave out all but one.",
        "RMSprop은 기울기를 한 가지 방법으로만 자를 수 있는데 'clipnorm', 'clipvalue'가 들어왔습니다. "
        "하나만 남기십시오.",
    ),
    "weights.by_class": (
        lambda: trained(class_weight={3: 1}),
        "class_weight must map class numbers from 0 to 2 to finite numbers of 0 or more, got {3: 1}.",
        "class_weight는 0부터 2까지의 클래스 번호마다 0 이상의 유한한 수를 짝지어야 하는데 {3: 1}이 들어왔습니다.",
    ),
    "graph.name_twice": (
        lambda: Sequential([Dense(1, name="a", input_shape=(2,)), Dense(1, name="a")]),
        "Two layers are named 'a'; names must differ, or use one layer object at both places.",
        "'a'라는 이름의 층이 둘입니다. 이름을 다르게 하거나, 두 곳에 같은 층 객체를 쓰십시오.",
    ),
    "model.not_compiled": (
        lambda: Sequential([Dense(1)]).fit(np.zeros((2, 3)), [0, 1]),
        "The model does not know yet how to learn; call compile(optimizer, loss) first.",
        "모델이 아직 어떻게 학습할지 모릅니다. 먼저 compile(optimizer, loss)를 호출하십시오.",
    ),
    "data.label_out_of_range": (
        trained,
        "Picture 1 (counted from 0) has label 3, but the model's outputs stand for 0 to 2: labels must be "
        "whole numbers among these. Give the last layer more units or correct the label.",
        "사진 1번(0부터 셈)의 레이블이 3인데 모델의 출력은 0부터 2까지를 나타냅니다. 레이블은 그 안의 정수여야 합니다. "
        "마지막 층의 유닛을 늘리거나 레이블을 고치십시오.",
    ),
    "data.wrong_shape": (
        lambda: Sequential([Flatten(input_shape=(4, 4, 1))]).predict(np.zeros((2, 5, 4, 1))),
        "Pictures must come as Nx4x4x1, got 2x5x4x1; N counts the pictures.",
        "사진은 Nx4x4x1 모양이어야 하는데 2x5x4x1이 들어왔습니다. N은 사진의 수입니다.",
    ),
    "file.not_found": (
        lambda: striate.models.load_model("/no/model.safetensors"),
        "/no/model.safetensors does not exist; check the path.",
        "/no/model.safetensors가 없습니다. 경로를 확인하십시오.",
    ),
}


@pytest.mark.parametrize("code", TEXTS)
def test_texts_word_for_word(code: str) -> None:
    make, english, korean = TEXTS[code]
    with pytest.raises(StriateError) as caught:
        make()
    error = caught.value
    assert error.code == code
    assert render(code, error.fields, "en") == english
    assert render(code, error.fields, "ko") == korean


def test_shown_in_the_language_that_is_spoken() -> None:
    error = FileError("file.not_found", path="a.png")
    shown = []
    for spoken in ("ko", "en"):
        striate.speak(spoken)
        shown.append(str(error))
    striate.speak(None)
    assert shown == ["a.png가 없습니다. 경로를 확인하십시오.", "a.png does not exist; check the path."]


def test_training_errors_say_what_to_try() -> None:
    tried = {"low": 0.5, "high": 9e9, "since": 3, "learning_rate": 30.0, "better": 0.01}
    why: dict[str, object] = {"where": [("autopsy.where.unknown", {})], "cause": [("autopsy.cause.loss_rose", tried)]}
    fields = {"epoch": 2, "step": 7, "loss": float("nan"), **why}
    text = render("training.loss_not_finite", fields, "en")
    assert "epoch 2 at step 7" in text and "nan" in text and "(30)" in text and "try 0.01" in text
    assert all(part in render("training.loss_not_finite", fields, "ko") for part in ("에폭 2", "스텝 7", "(30)"))
