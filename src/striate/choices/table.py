"""What is usual for which kind of pictures: the numbers behind a training without settings, all in one table.

Whoever measures something better changes it here. The first row that fits is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from striate.choices.facts import Facts

DEFAULT_BATCH = 32  # Keras's
FEWEST_STEPS = 25  # an epoch should have, or a batch that nobody gave is halved, but not below the usual one
# The largest class may have so many times the pictures of the smallest before weights even it out.
EVEN = 1.5
WEIGHTS = "tempered"  # the rule then: see training/class_weight.py
FINE_TUNING_EPOCHS = 0.5  # of the usual number, from the weights of another training


@dataclass(frozen=True)
class Kind:
    """A kind of pictures and how to train on them. `choice.kind.NAME` in messages/ says what they are.

    It fits pictures of shorter sides from `least_side` up to, not including, `side_below`, that are grey, coloured
    or (None) either, and no more than `most_pictures`.

    `recipe` comes before what the network's own TOML says, where the network was not named by the user. About
    `pictures_in_all` pictures are shown in all the epochs, but each one `fewest_epochs` to `most_epochs` times.
    `augment` is "usual" (for such pictures: data/usual_augmentation.py), "none" or a text as `Augmentation.of` takes;
    with more than `varied_up_to` pictures nothing is varied: there are enough, and each is seen a few times only.
    """

    name: str
    model: str
    least_side: int = 0
    side_below: int | None = None
    grey: bool | None = None
    most_pictures: int | None = None
    width: float = 1.0
    recipe: Mapping[str, object] = field(default_factory=dict[str, object])
    pictures_in_all: int = 220_000
    fewest_epochs: int = 4
    most_epochs: int = 25
    augment: Literal["usual", "none"] | str = "usual"
    varied_up_to: int | None = None

    @property
    def code(self) -> str:
        """The code of what they are."""
        return f"choice.kind.{self.name}"

    def fits(self, facts: Facts) -> bool:
        """Whether these pictures are of the kind."""
        return (
            self.least_side <= facts.side
            and (self.side_below is None or facts.side < self.side_below)
            and self.grey in (None, facts.grey)
            and (self.most_pictures is None or facts.pictures <= self.most_pictures)
        )

    def epochs(self, pictures: int) -> int:
        """How often to go over so many pictures: small sets more often than large ones."""
        return min(self.most_epochs, max(self.fewest_epochs, round(self.pictures_in_all / pictures)))


KINDS = (
    # Nothing is left for a second pooling.
    Kind("tiny", "digits", side_below=16, augment="none"),
    # Digits, letters, clothes. MNIST: 99.2 % of the test digits after 8 s.
    Kind("signs", "convnet", side_below=48, grey=True, varied_up_to=20_000),
    # Faces and other grey photographs. Smiles, 8,300 faces of 64x64 to learn from, by seeds 0, 1, 2: 94.1, 93.7, 94.1 %
    # of the test faces; `photos` for 26 epochs, half as long again: 94.0, 93.9, 94.0 %.
    Kind(
        "grey_photographs",
        "faces",
        grey=True,
        pictures_in_all=133_000,
        fewest_epochs=8,
        most_epochs=60,
    ),
    # Cats and dogs: 92 % of the test photographs, from 1,800 to learn from.
    Kind(
        "few_photographs",
        "photos",
        least_side=48,
        most_pictures=10_000,
        pictures_in_all=108_000,
        fewest_epochs=12,
        most_epochs=60,
    ),
    Kind(
        "photographs",
        "photos",
        least_side=48,
        recipe={"batch_size": 128},
        pictures_in_all=300_000,
        fewest_epochs=8,
        most_epochs=30,
    ),
    # CIFAR-10: 90.2 % of the test pictures, after 10 minutes.
    Kind("small_photographs", "cifar10", pictures_in_all=384_000, fewest_epochs=8, most_epochs=40),
)


def kind_of(facts: Facts) -> Kind:
    """The kind that pictures are of."""
    return next(kind for kind in KINDS if kind.fits(facts))
