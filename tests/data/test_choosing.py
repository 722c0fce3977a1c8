"""The size and colour that pictures get when nobody says."""

import pytest

from striate.data.choosing import common_colour, common_size
from striate.data.images import Header, Pair


@pytest.mark.parametrize("size", [(28, 28), (1, 128), (128, 128)])
def test_small_pictures_of_one_size_keep_it(size: Pair) -> None:
    assert common_size([Header(size, "rgb")] * 3) == (size, [])


@pytest.mark.parametrize(
    ("sizes", "side"),
    [
        ([(129, 128)], 96),
        ([(480, 640)] * 2, 96),
        ([(20, 31), (30, 40), (99, 35)], 30),  # the shorter sides: 20, 30, 35
        ([(20, 300), (90, 100), (100, 90)], 90),
        ([(1, 5000)], 1),
    ],
)
def test_others_become_squares_and_it_is_said(sizes: list[Pair], side: int) -> None:
    headers = [Header(size, "rgb") for size in sizes]
    size, (notice,) = common_size(headers)
    assert size == (side, side)
    assert notice.code == "data.size_chosen"
    assert notice.fields["size"] == (side, side)
    assert (size, notice.fields) == (common_size(headers[::-1])[0], common_size(headers[::-1])[1][0].fields)


def test_the_notice_names_the_extremes() -> None:
    _, (notice,) = common_size([Header(size, "grey") for size in [(9, 99), (50, 50), (20, 20)]])
    assert notice.fields == {"smallest": (20, 20), "largest": (50, 50), "size": (20, 20)}


def test_colour_is_grey_only_if_all_are() -> None:
    grey, rgb = Header((8, 8), "grey"), Header((8, 8), "rgb")
    assert common_colour([grey, grey]) == ("grey", [])
    assert common_colour([rgb, rgb]) == ("rgb", [])
    colour, (notice,) = common_colour([grey, rgb, grey])
    assert colour == "rgb"
    assert (notice.code, notice.fields) == ("data.colour_chosen", {"grey": 2, "rgb": 1})
