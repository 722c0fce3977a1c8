"""The lessons: their numbers are those worked by hand, their texts and figures can be shown, their questions judge."""

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.inspection.lessons import activations, channels, depth, learning, optimizers, padding
from striate.inspection.lessons.book import CONTENTS, Lesson, lesson
from striate.inspection.lessons.parts import (
    Cell,
    Claim,
    Lines,
    Matrices,
    Part,
    Picture,
    Said,
    Shown,
    Table,
    Text,
    number_text,
)
from striate.messages import LANGUAGES, speak
from striate.messages.render import texts

NUMBERS = range(1, len(CONTENTS) + 1)
LIGHT = [number for number in NUMBERS if number != 12]  # that one trains
each_lesson = pytest.mark.parametrize("number", LIGHT)


@pytest.fixture(scope="module")
def book() -> dict[int, Lesson]:
    return {number: lesson(number) for number in LIGHT}


@pytest.fixture(autouse=True)
def the_language_is_put_back() -> Iterator[None]:
    yield
    speak(None)


def of_kind(parts: tuple[Part, ...], kind: type) -> list:
    return [part for part in parts if isinstance(part, kind)]


def fields(parts: tuple[Part, ...], code: str) -> dict[str, object]:
    """What a lesson fills into one of its texts."""
    all_said = [said for part in parts for said in said_in(part)]
    (found,) = [said for said in all_said if said.code == code]
    return dict(found.fields)


def said_in(part: Part) -> Iterator[Said]:
    match part:
        case Text():
            yield part.said
        case Claim():
            yield from (part.claimed, part.found)
        case Picture():
            yield part.caption
        case Matrices():
            yield from (block.called for block in part.blocks)
        case Table():
            yield from (cell for row in (part.head, *part.rows) for cell in row if isinstance(cell, Said))
        case _:
            pass


def matrices(parts: tuple[Part, ...]) -> list[list[list[float]]]:
    return [
        [[float(n) for n in row] for row in block.rows] for part in of_kind(parts, Matrices) for block in part.blocks
    ]


def table(parts: tuple[Part, ...], number: int = 0) -> list[list[object]]:
    """A table's cells: numbers as such."""

    def plain(cell: Cell) -> object:
        return cell.value if isinstance(cell, Shown) else cell.code if isinstance(cell, Said) else cell

    return [[plain(cell) for cell in row] for row in of_kind(parts, Table)[number].rows]


def lines(parts: tuple[Part, ...]) -> list[str]:
    return [line for part in of_kind(parts, Lines) for line in part.lines]


# What the lessons compute. Every number here was worked by hand, or stands in the source lessons.


def test_lesson_1_slides_a_kernel(book: dict[int, Lesson]) -> None:
    parts = book[1].parts
    assert lines(parts)[0] == "8*0 + 8*0 + 8*1 + 8*(-1) + 8*1 + 7*(-1) + 8*1 + 8*(-1) + 6*0 = 1"
    assert lines(parts)[1].endswith(" = 2")
    assert matrices(parts)[-1] == [[1, 2, 1, -1], [4, -1, -1, 1], [-2, 0, 1, 1], [0, 0, 1, -1]]
    assert fields(parts, "lesson.numbers.table") == {"size": (6, 6), "count": 36}
    # Turned: 0 -1 1; -1 1 -1; 1 0 0 on 8 8 7; 8 7 6; 8 6 5 gives -8+7-8+7-6+8.
    assert fields(parts, "lesson.numbers.flip") == {"kept": "2", "turned": "0"}
    assert book[1].question.expected == (3,)


def test_lesson_2_has_both_values_of_the_misprint(book: dict[int, Lesson]) -> None:
    parts = book[2].parts
    maps = matrices(parts)
    assert (maps[2], maps[5]) == ([[0, 3], [3, 0]], [[0, 1], [1, 0]])
    assert maps[-2:] == [[[0, 0, 2], [0, 2, 0], [2, 0, 0]], [[0, 2], [2, 0]]]
    assert fields(parts, "lesson.kernels.printed") == {"printed": 0}
    assert fields(parts, "lesson.kernels.computed")["right"] == "1"
    assert [line[-4:] for line in lines(parts)] == [" = 1", " = 1"]
    cost = fields(parts, "lesson.kernels.cost_found")
    assert cost == {"large_here": 36, "small_here": 36, "size": 28, "large": 6084, "small": 2916}
    assert book[2].question.expected == (4,)


def test_lesson_3_rounds_down_and_says_what_is_lost(book: dict[int, Lesson]) -> None:
    parts = book[3].parts
    assert [row[-2:] for row in table(parts)] == [[5, "-"], [3, "-"], [3, "-"], [2, "6"]]
    assert table(parts)[3][3] == "7/3"
    assert fields(parts, "lesson.sizes.rounded") == {"n": 427, "f": 2, "exact": "213.5", "k": 213, "unseen": 426}
    assert fields(parts, "lesson.sizes.shrinks") == {"walk": "7 -> 5 -> 3 -> 1", "f": 3, "before": 49, "after": 25}
    assert book[3].question.expected == (12,)


def test_lesson_4_tells_both_meanings_of_same(book: dict[int, Lesson]) -> None:
    parts = book[4].parts
    counted = matrices(parts)[0]
    assert counted[0] == [5, 3, 3, 3, 3, 3, 5] and counted[3] == [3, 0, 0, 0, 0, 0, 3]
    assert fields(parts, "lesson.padding.ring") == {"n": 7, "f": 3, "without": 5, "k": 7}
    only = fields(parts, "lesson.padding.only_found")
    assert only == {"n": 3, "f": 2, "s": 2, "formula": "1.5", "p": 2, "k": 3}
    same = fields(parts, "lesson.padding.same_found")
    assert same == {"n": 7, "f": 3, "s": 2, "keras": 4, "p": "4", "formula": 7}
    lopsided = fields(parts, "lesson.padding.lopsided")
    assert (lopsided["before"], lopsided["after"]) == (0, 1)
    assert book[4].question.expected == (2,)


def test_the_shares_of_padding_are_what_nested_loops_count() -> None:
    shares = padding.padding_shares(3)
    for row in range(7):
        for column in range(7):
            outside = sum(
                not (0 <= row + down < 7 and 0 <= column + right < 7) for down in range(-3, 4) for right in range(-3, 4)
            )
            assert shares[row][column] == pytest.approx(outside / 49)


def test_lesson_5_pools(book: dict[int, Lesson]) -> None:
    parts = book[5].parts
    maps = matrices(parts)
    assert maps[1:3] == [[[4, 1], [0, 1]], [[1.5, 0], [-0.5, 0.5]]]
    assert lines(parts) == ["max(1, 2, 4, -1) = 4", "(1 + 2 + 4 + (-1))/4 = 1.5"]
    dots, dots_pooled = maps[3:6], maps[6:]
    assert dots[0] != dots[1] != dots[2]
    assert dots_pooled == [[[9, 0], [0, 0]], [[9, 0], [0, 0]], [[0, 9], [0, 0]]]
    assert fields(parts, "lesson.pooling.flower") == {"size": (427, 640), "pooled": (213, 320), "row": 426}
    # The convolution's weights stay, 8*9 + 8; the dense layer's go down with what reaches it.
    assert [row[1:] for row in table(parts)] == [[80, 26 * 26 * 8, 54_090], [80, 13 * 13 * 8, 13_530]]
    assert book[5].question.expected == (5, 5, 6, 4)


def test_lesson_6_adds_channels_and_counts_weights(book: dict[int, Lesson]) -> None:
    parts = book[6].parts
    # Red 1*1 + 1*1, green 1*1 + 2*1, blue 2*1 + 2*(-1).
    assert lines(parts) == ["2 + 3 + 0 = 5", "F*F*C*K + K = 3*3*1*6 + 6 = 60"]
    assert matrices(parts)[-1] == [[5, 3], [5, 2]]
    assert fields(parts, "lesson.channels.filters")["out"] == (5, 5, 6)
    assert [row[1:] for row in table(parts)] == [[60, 300], [60, 4710], [60, 1_639_686]]
    assert channels.joined_shape() == (5, 5, 6)
    assert book[6].question.expected == (896,)


def test_lesson_7_bends(book: dict[int, Lesson]) -> None:
    parts = book[7].parts
    assert fields(parts, "lesson.activations.collapse")["through"] == 3 * (2 * 5 + 1) - 4 == 29
    assert fields(parts, "lesson.activations.collapse")["alone"] == 29
    by_x = {row[0]: row[1:] for row in table(parts)}
    assert by_x[0.0] == [0.5, 0.25, 0.0, 1.0, 0.0, 0.0]
    s = 1 / (1 + math.exp(-2))
    assert by_x[2.0] == pytest.approx([s, s * (1 - s), math.tanh(2), 1 - math.tanh(2) ** 2, 2, 1])
    assert by_x[-1.0][4:] == [0, 0]
    assert fields(parts, "lesson.activations.slopes") == {"sigmoid": 0.25, "tanh": 1.0}
    one = fields(parts, "lesson.activations.one_found")
    assert one["softmax"] == 1 and one["sigmoid"] == pytest.approx(0.9525741268) == one["pair"]
    widened = fields(parts, "lesson.activations.widens_found")
    assert (widened["wide"], widened["narrow"]) == ("(0.953, 0.047)", "(0.475, 0.525)")
    assert sum(activations.softmax((2.0, 1.0, 0.0))) == pytest.approx(1)
    assert float(book[7].question.expected[0]) == 0.25


def test_lesson_8_follows_sizes_and_weights(book: dict[int, Lesson]) -> None:
    parts = book[8].parts
    flower, lenet = table(parts), {row[0]: row[2:] for row in table(parts, 1)}
    assert [row[2] for row in flower[:3]] == ["427x640x3", "427x640x32", "213x320x32"]
    assert flower[1][3] == 3 * 3 * 3 * 32 + 32 == 896
    assert flower[4][3] == 213 * 320 * 32 * 64 + 64 == 139_591_744
    assert lenet["C1"][:2] == ["28x28x6", 156] and lenet["C3"] == ["10x10x16", 2416, 100 * 150 * 16]
    assert lenet["C5"][1] == 5 * 5 * 16 * 120 + 120 and sum(int(row[1]) for row in lenet.values()) == 61_706
    where = fields(parts, "lesson.whole.where")
    assert where["weights"] == pytest.approx(100 * (48_120 + 10_164) / 61_706)
    assert where["work"] == pytest.approx(100 * (117_600 + 240_000) / (117_600 + 240_000 + 48_000 + 10_080 + 840))
    assert book[8].question.expected == (14 * 14 * 8,)


def test_lesson_9_goes_one_step_downhill(book: dict[int, Lesson]) -> None:
    parts = book[9].parts
    assert [row[3] for row in table(parts)] == ["0.3", "0.2"]
    assert fields(parts, "lesson.learning.mse")["error"] == "2/3"
    assert [line.rpartition(" ")[2] for line in lines(parts)[1:]] == ["1", "1", "3", "4", "4", "4", "12", "12", "24"]
    checked = fields(parts, "lesson.learning.checked")
    assert (checked["w1"], checked["w2"]) == pytest.approx((24, 4), rel=1e-6)
    rates = {row[0]: row[1:] for row in table(parts, 1)}
    assert rates["0.01"] == ["0.26", "2.96", pytest.approx((2.96 * 0.52 - 1) ** 2)]
    assert rates["0.1"] == ["-1.9", "2.6", 1.0]
    ours = fields(parts, "lesson.learning.striate")
    assert (ours["w1"], ours["w2"]) == pytest.approx((0.26, 2.96), rel=1e-6)
    assert book[9].question.expected == (2,)


def test_gradients_by_hand_are_those_of_finite_differences_for_any_tiny_net() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        x, w1, w2, target = (Fraction(int(n), 8) for n in rng.integers(-24, 25, 4))
        net = learning.TinyNet(x, w1, w2, target)
        if net.z == 0:  # a kink
            continue
        # E is a parabola in each weight, for which central differences are exact, as long as z keeps its sign.
        assert net.differences() == (net.dw1, net.dw2)
        assert replace(net, w1=-abs(w1), x=Fraction(1)).dw1 == 0


def test_training_by_the_reference_engine_lands_there_too() -> None:
    weights = learning.trained_once(learning.TinyNet(), Computer(engine="reference"))
    assert weights == pytest.approx((0.26, 2.96), rel=1e-6)


def test_lesson_10_compares_rules(book: dict[int, Lesson]) -> None:
    parts = book[10].parts
    theta, v = 1.0, 0.0
    for row in table(parts):
        v = 0.9 * v + 0.1 * 2 * theta
        theta -= v
        assert row[1:] == pytest.approx([0.8 ** row[0], v, theta])
    assert fields(parts, "lesson.optimizers.signs_found")["gap"] < 1e-15
    for _, textbook, ahead, keras in table(parts, 1):
        assert keras == pytest.approx(ahead, abs=1e-15) and abs(textbook - keras) > 0.01
    for g, plain, adam in table(parts, 2):
        assert plain == 0.1 * g
        # With epsilon beside sqrt(v) = g sqrt(0.001).
        assert adam == pytest.approx(0.1 / (1 + 1e-7 / (g * math.sqrt(0.001))), rel=1e-9)
    batches = fields(parts, "lesson.optimizers.batches")
    assert (batches["full_hours"], batches["mini"]) == (6, 50)
    assert book[10].question.expected == (Fraction(54, 100),)


def test_momentum_with_both_signs_is_one_path() -> None:
    assert optimizers.sign_gap() < 1e-15


def test_three_forms_of_nag() -> None:
    """Keras's theta is the textbook's look-ahead also when eta changes; PyTorch's only while it stays."""
    textbook, keras, torch = optimizers.nag_forms([0.1] * 6)
    assert (keras, torch) == pytest.approx((textbook, textbook), abs=1e-15)
    textbook, keras, torch = optimizers.nag_forms([0.1, 0.1, 0.05, 0.2, 0.01, 0.1])
    assert keras == pytest.approx(textbook, abs=1e-15) and abs(torch - keras) > 1e-3


def test_lesson_11_measures_depth(book: dict[int, Lesson]) -> None:
    parts = book[11].parts
    measured = {(row[0], row[1]): row[-1] for row in table(parts)}
    known = {
        ("sigmoid", "glorot"): 1e-19,
        ("sigmoid", "he"): 1e-15,
        ("tanh", "glorot"): 0.15,
        ("tanh", "he"): 2.6,
        ("relu", "glorot"): 3e-5,
        ("relu", "he"): 1.05,
    }
    assert measured.keys() == known.keys()
    for key, share in known.items():
        assert share / 2 < measured[key] < 2 * share, key  # of other draws
    assert lines(parts) == ["0.25^30 = 8.7e-19"]
    fields_of_lenet = {row[0]: row[2] for row in table(parts, 1)}
    assert fields_of_lenet == {"input1": "1x1", "C1": "5x5", "S2": "6x6", "C3": "14x14", "S4": "16x16", "C5": "32x32"}
    assert fields(parts, "lesson.depth.two") == {"f": 3, "field": 5, "two": 18, "one": 25}
    assert book[11].question.expected == (12,)
    assert depth.field_of([(3, 1)] * 3).size == 7


def test_lesson_12_learns_from_real_digits() -> None:
    pytest.importorskip("sklearn")
    opened = lesson(12)
    (regression, cnn) = table(opened.parts)
    assert (regression[1], cnn[1]) == (650, 3 * 3 * 16 + 16 + 4 * 4 * 16 * 10 + 10)
    assert regression[2] > 93 and cnn[2] > 96
    wrong = fields(opened.parts, "lesson.practicals.compared")
    assert wrong["regression"] == round((1 - regression[2] / 100) * 445)
    assert opened.question.expected == (7850,)


# What all lessons have in common.


@each_lesson
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_text_has_its_fields(book: dict[int, Lesson], number: int, spoken: str) -> None:
    speak(spoken)
    opened = book[number]
    question = opened.question
    wrong = tuple(expected + 1 for expected in question.expected)
    told = [said for part in opened.parts for said in said_in(part)]
    for said in (*told, opened.entry.title, opened.entry.about, question.asked, question.why, question.hint(wrong)):
        assert str(said) and "{" not in str(said), said.code
    speak(None)


@each_lesson
def test_the_same_facts_stand_in_both_languages(book: dict[int, Lesson], number: int) -> None:
    """A text uses every number that its lesson computes for it."""
    for said in (said for part in book[number].parts for said in said_in(part)):
        for spoken in LANGUAGES:
            missing = [name for name in said.fields if f"{{{name}" not in texts(spoken)[said.code]]
            assert not missing, (said.code, spoken)


@each_lesson
def test_questions_judge(book: dict[int, Lesson], number: int) -> None:
    question = book[number].question
    right = " ".join(str(float(n)) for n in question.expected)
    assert question.is_right(question.read(right))
    for place in range(len(question.expected)):
        off = list(question.expected)
        off[place] += 1
        assert not question.is_right(tuple(off))
        assert question.hint(tuple(off)).code.startswith("lesson.")


# Wrong answers that have a reason, and the hint that names it.
REASONS = [
    (1, (-3,), "lesson.numbers.hint_turned"),
    (3, (24,), "lesson.sizes.hint_pool"),
    (3, (14,), "lesson.sizes.hint_border"),
    (4, (Fraction(3, 2),), "lesson.padding.hint_whole"),
    (5, (Fraction(9, 4), Fraction(7, 2), Fraction(5, 2), Fraction(5, 2)), "lesson.pooling.hint_average"),
    (6, (864,), "lesson.channels.hint_bias"),
    (6, (320,), "lesson.channels.hint_channels"),
    (6, (288,), "lesson.channels.hint_channels"),
    (8, (28 * 28 * 8,), "lesson.whole.hint_pool"),
    (8, (196,), "lesson.whole.hint_filters"),
    (9, (-2,), "lesson.learning.hint_sign"),
    (9, (4,), "lesson.learning.hint_target"),
    (10, (Fraction(64, 100),), "lesson.optimizers.hint_plain"),
    (10, (Fraction(46, 100),), "lesson.optimizers.hint_gamma"),
    (11, (8,), "lesson.depth.hint_stride"),
]


@pytest.mark.parametrize(("number", "answer", "code"), REASONS)
def test_hints_find_the_reason(book: dict[int, Lesson], number: int, answer: tuple, code: str) -> None:
    question = book[number].question
    given = tuple(Fraction(n) for n in answer)
    assert not question.is_right(given)
    assert question.hint(given).code == code


def test_hints_compute_with_the_answer(book: dict[int, Lesson]) -> None:
    said = book[4].question.hint((Fraction(1),))
    assert said.fields == {"p": 1, "sum": "28 + 2*1 - 5 + 1 = 26", "n": 28}
    assert book[7].question.hint((Fraction(1, 2),)).fields == {"count": 4, "total": 2.0}


@pytest.mark.parametrize("typed", ["3", " 3 ", "3.0", "+3", "6/2"])
def test_answers_are_read(book: dict[int, Lesson], typed: str) -> None:
    assert book[1].question.read(typed) == (3,)


@pytest.mark.parametrize("typed", ["5 5 6 4", "5 5; 6 4", "[5, 5, 6, 4]", "5,5,6,4"])
def test_several_numbers_are_read(book: dict[int, Lesson], typed: str) -> None:
    assert book[5].question.read(typed) == (5, 5, 6, 4)


@pytest.mark.parametrize(
    ("number", "typed"), [(1, ""), (1, "three"), (1, "3 4"), (1, "1/0"), (1, "nan"), (1, "1e9"), (5, "5 5 6"), (5, "5")]
)
def test_what_is_no_answer_is_refused(book: dict[int, Lesson], number: int, typed: str) -> None:
    with pytest.raises(SettingError) as refused:
        book[number].question.read(typed)
    assert refused.value.code == ("lesson.answer_one" if number == 1 else "lesson.answer")
    assert refused.value.fields["came"] == typed
    assert refused.value.fields["count"] == len(book[number].question.expected)


def test_a_thousand_may_have_its_comma(book: dict[int, Lesson]) -> None:
    assert book[8].question.read("1,568") == (1568,)


def test_an_answer_may_be_rounded_where_it_is_no_whole_number(book: dict[int, Lesson]) -> None:
    question = replace(book[7].question, expected=(Fraction(1, 3),))
    assert question.is_right(question.read("0.33")) and not question.is_right(question.read("0.3"))


@pytest.mark.parametrize("number", [0, -1, 13])
def test_a_lesson_that_is_not_there(number: int) -> None:
    with pytest.raises(SettingError) as refused:
        lesson(number)
    assert (refused.value.code, refused.value.fields) == ("lesson.unknown", {"came": number, "last": 12})


@each_lesson
def test_every_lesson_has_all_that_makes_one(book: dict[int, Lesson], number: int) -> None:
    kinds = {type(part) for part in book[number].parts}
    assert {Text, Picture} <= kinds and kinds & {Lines, Table, Matrices}
    assert all(name.startswith(f"{number:02}-") for name in book[number].pictures)


@each_lesson
def test_figures_are_drawn(book: dict[int, Lesson], number: int) -> None:
    pytest.importorskip("matplotlib")
    speak("en")
    for picture in book[number].pictures.values():
        figure = picture.make()
        letters = [text.get_text() for axes in figure.axes for text in axes.texts]
        assert figure.axes and not [text for text in letters if "lesson." in text or "{" in text]


def test_numbers_are_written_as_by_hand() -> None:
    written = [number_text(n) for n in (8, Fraction(-1, 4), Fraction(5, 3), Fraction(3), 0.123456)]
    assert written == ["8", "-0.25", "5/3", "3", "0.1235"]
