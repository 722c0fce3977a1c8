"""Lesson 12: softmax regression and a small CNN learn the same digits; where to go from here."""

from dataclasses import asdict, dataclass
from fractions import Fraction

from striate.data.load import digits
from striate.engines.computer import Computer
from striate.inspection.lessons.channels import count
from striate.inspection.lessons.drawn import digit_weights
from striate.inspection.lessons.parts import Cell, Commands, Lines, Part, Picture, Said, Shown, Table, said, text
from striate.inspection.lessons.question import Numbers, Question
from striate.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.network.optimizers import Adam
from striate.sequential import Sequential

SIDE, CLASSES, FILTERS, KERNEL, MNIST = 8, 10, 16, 3, 28
EPOCHS, RATE, BATCH = 10, 0.01, 32
ON_YOUR_OWN = (
    "striate demo",
    "striate learn versus --digits",
    "striate train mnist -o runs/digits --model mnist",
    "striate look film runs/digits -o film.gif",
    "striate look maps runs/digits seven.png -o maps.png",
    "striate look why runs/digits seven.png -o why.png",
    "striate train cats_dogs.zip -o runs/pets",
    "striate train smiles.zip -o runs/smiles",
    "striate smile photo.jpg --model runs/smiles -o answer.jpg",
)


@dataclass(frozen=True)
class Judged:
    """A network that has learned, and its accuracy on pictures that it has not seen."""

    model: Sequential
    accuracy: float


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    data = digits()
    regression, cnn = learned(computer)
    assert data.test is not None  # digits() holds one out
    wrong = [round((1 - net.accuracy) * len(data.test.labels)) for net in (regression, cnn)]
    rows = (("lesson.practicals.regression", regression), ("lesson.practicals.cnn", cnn))
    return (
        text("lesson.practicals.digits", train=len(data.train.labels), test=len(data.test.labels), side=SIDE),
        text("lesson.practicals.softmax"),
        Lines(("y = softmax(x W + b)", f"{SIDE}*{SIDE}*{CLASSES} + {CLASSES} = {regression.model.count_params()}")),
        text("lesson.practicals.trained", epochs=EPOCHS, filters=FILTERS, f=KERNEL),
        Table(
            ("", said("summary.column.weights"), said("lesson.practicals.accuracy")),
            tuple(_row(said(code), net) for code, net in rows),
        ),
        text("lesson.practicals.compared", regression=wrong[0], cnn=wrong[1]),
        Picture("weights", said("lesson.practicals.caption"), lambda: digit_weights(regression.model.get_weights()[0])),
        text("lesson.practicals.see"),
        text("lesson.practicals.next"),
        Commands(ON_YOUR_OWN),
    )


def question() -> Question:
    """Softmax regression's weights on MNIST."""
    return Question(
        asked=said("lesson.practicals.asked", side=MNIST, classes=CLASSES),
        expected=(Fraction(_asked()),),
        hint=_hint,
        why=said("lesson.practicals.why", sum=f"{MNIST}*{MNIST}*{CLASSES} + {CLASSES} = {_asked():,}"),
    )


def learned(computer: Computer) -> tuple[Judged, Judged]:
    """Softmax regression and the CNN, trained on the same digits in the same order."""
    flat = Sequential([Flatten(input_shape=(SIDE, SIDE, 1)), Dense(CLASSES, "softmax")])
    cnn = Sequential(
        [
            Conv2D(FILTERS, KERNEL, padding="same", activation="relu", input_shape=(SIDE, SIDE, 1)),
            MaxPooling2D(2),
            Flatten(),
            Dense(CLASSES, "softmax"),
        ]
    )
    return _judged(flat, computer), _judged(cnn, computer)


def _judged(model: Sequential, computer: Computer) -> Judged:
    data = digits()
    assert data.test is not None
    model.compile(Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"], **asdict(computer))
    model.fit(data.train, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return Judged(model, model.judge(data.test)["accuracy"])


def _row(name: Said, net: Judged) -> tuple[Cell, ...]:
    return name, Shown(net.model.count_params(), ","), Shown(100 * net.accuracy, ".1f")


def _asked() -> int:
    return count(Dense(CLASSES), (MNIST * MNIST,))


def _hint(answer: Numbers) -> Said:
    if answer[0] == _asked() - CLASSES:
        return said("lesson.practicals.hint_bias", classes=CLASSES)
    if answer[0] == count(Dense(CLASSES), (SIDE * SIDE,)):
        return said("lesson.practicals.hint_size", side=MNIST)
    return said("lesson.practicals.hint", pixels=MNIST * MNIST, classes=CLASSES)
