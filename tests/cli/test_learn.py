"""Every number of the lessons on convolution and sizes, typed at the command line and read in what it says."""

import json
import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from striate.messages import render

PICTURE = "8 8 8 7 6 5; 8 8 7 6 5 5; 8 8 6 5 5 5; 8 5 5 5 4 4; 5 5 5 5 4 4; 4 4 4 3 3 3"
KERNEL = "0 0 1; -1 1 -1; 1 -1 0"
MAP = "1 2 1 -1; 4 -1 -1 1; -2 0 1 1; 0 0 1 -1"
DIAGONAL = "0 0 0 1; 0 0 1 0; 0 1 0 0; 1 0 0 0"
CLASSIC = "1 1 1 0 0; 0 1 1 1 0; 0 0 1 1 1; 0 0 1 1 0; 0 1 1 0 0"

Run = Callable[..., Any]


def rows(text: str) -> list[str]:
    """A matrix as the lines that show it, without their blanks at the left."""
    return [" ".join(row.split()) for row in text.split(";")]


def map_of(out: str) -> list[str]:
    """The lines under the heading of the map."""
    below = out.split("\n  map\n")[1].split("\n\n")[0]
    return [" ".join(line.split()) for line in below.splitlines()]


def conv(run: Run, image: str, kernel: str, *more: str) -> str:
    ended = run("learn", "conv", "--image", image, "--kernel", kernel, *more)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def calc(run: Run, line: str) -> str:
    ended = run("learn", "calc", *line.split())
    assert (ended.code, ended.err) == (0, "")
    return ended.out


@pytest.mark.parametrize(
    ("image", "kernel", "stride", "expected"),
    [
        (PICTURE, KERNEL, "1", MAP),
        (DIAGONAL, "0 0 1; 0 1 0; 1 0 0", "1", "0 3; 3 0"),
        (DIAGONAL, "1 0 0; 0 1 0; 0 0 1", "1", "0 1; 1 0"),
        (DIAGONAL, "0 1; 1 0", "1", "0 0 2; 0 2 0; 2 0 0"),
        (DIAGONAL, "0 1; 1 0", "2", "0 2; 2 0"),
        (CLASSIC, "1 0 1; 0 1 0; 1 0 1", "1", "4 3 4; 2 4 3; 2 3 4"),
    ],
)
def test_maps_of_the_lessons(run: Run, image: str, kernel: str, stride: str, expected: str) -> None:
    assert map_of(conv(run, image, kernel, "--stride", stride)) == rows(expected)


def test_each_sum_is_written_out(run: Run) -> None:
    out = conv(run, PICTURE, KERNEL)
    assert "(0, 0): 8*0 + 8*0 + 8*1 + 8*(-1) + 8*1 + 7*(-1) + 8*1 + 8*(-1) + 6*0 = 1\n" in out
    assert re.search(r" = 1\n\(0, 1\): .* = 2\n\(0, 2\)", out)
    assert len(re.findall(r"^\(\d, \d\): ", out, re.MULTILINE)) == 16


def test_the_middle_sums_that_a_lesson_prints_as_zero_are_one(run: Run) -> None:
    out = conv(run, DIAGONAL, "1 0 0; 0 1 0; 0 0 1")
    assert re.search(r"^\(0, 1\): .* = 1$", out, re.MULTILINE)
    assert re.search(r"^\(1, 0\): .* = 1$", out, re.MULTILINE)


def test_sizes_stand_above_the_sums(run: Run) -> None:
    out = conv(run, "1 2 3 4;" * 4, "1 1 1;" * 3)
    assert "picture 4x4, window 3x3, stride 1, padding 0: map 2x2" in out
    assert "(4 - 3)/1 + 1 = 2" in out


def test_cost(run: Run) -> None:
    def cost(n: int, f: int) -> str:
        return conv(run, ";".join(["1 " * n] * n), ";".join(["1 " * f] * f)).split("Cost: ")[1].split(".")[0]

    assert cost(4, 3) == "4 numbers of the map * 9 products = 36 multiply-adds"
    assert cost(4, 2) == "9 numbers of the map * 4 products = 36 multiply-adds"
    assert cost(28, 3).endswith("= 6,084 multiply-adds")
    assert cost(28, 2).endswith("= 2,916 multiply-adds")


def test_one_place_laid_out(run: Run) -> None:
    out = conv(run, PICTURE, KERNEL, "--at", "0,1")
    assert "Row 0, column 1 of the map: the window covers rows 0 to 2 and columns 1 to 3 of the picture.\n" in out
    assert (
        "  window  * kernel    = products\n"
        "  8 8 7      0  0  1     0  0  7\n"
        "  8 7 6     -1  1 -1    -8  7 -6\n"
        "  8 6 5      1 -1  0     8 -6  0\n"
    ) in out
    assert "\n8*0 + 8*0 + 7*1 + 8*(-1) + 7*1 + 6*(-1) + 8*1 + 6*(-1) + 5*0 = 2\n" in out
    assert "(0, 0):" not in out
    assert map_of(out) == rows(MAP)


def test_channels_are_summed(run: Run) -> None:
    line = ["--image", PICTURE, "--kernel", KERNEL] * 3
    ended = run("learn", "conv", *line)
    assert map_of(ended.out) == rows("3 6 3 -3; 12 -3 -3 3; -6 0 3 3; 0 0 3 -3")
    first = ended.out.split("(0, 0): ")[1].split("(0, 1): ")[0].split("\n")
    assert first[0] == "channel 0: 8*0 + 8*0 + 8*1 + 8*(-1) + 8*1 + 7*(-1) + 8*1 + 8*(-1) + 6*0 = 1"
    assert [line.strip() for line in first[2:4]] == [first[0].replace("channel 0", "channel 2"), "1 + 1 + 1 = 3"]
    at = run("learn", "conv", *line, "--at", "1,0").out
    assert "\n4 + 4 + 4 = 12\n" in at


def test_padding_is_shown_as_such(run: Run) -> None:
    out = conv(run, "1 2; 3 4", "1 1; 1 -1", "--padding", "same")
    assert "padding 0 above, 1 below, 0 left, 1 right: map 2x2" in out
    assert "(0, 1): 2*1 + [0]*1 + 4*1 + [0]*(-1) = 6\n" in out
    assert "  picture      kernel\n    1   2 [0]   1  1\n    3   4 [0]   1 -1\n  [0] [0] [0]\n\n" in out
    assert "padding in each window, of 4 places\n  0 2\n  2 3\n" in out
    around = conv(run, "5", "1 1 1; 1 1 1; 1 1 1", "--padding", "1", "--at", "0,0")
    assert "rows -1 to 1 and columns -1 to 1" in around
    assert "  [0]   5 [0]    1 1 1     0 5 0\n" in around
    assert "padding 0: map" in conv(run, "5", "2", "--padding", "valid")


def test_numbers_are_exact(run: Run) -> None:
    out = conv(run, "0.1 0.2; .5 1e2", "1 1; 1 -2.50")
    assert "(0, 0): 0.1*1 + 0.2*1 + 0.5*1 + 100*(-2.5) = -249.2\n" in out
    out = conv(run, "0.1, 0.2\n1, 1", "3 3")
    assert map_of(out) == ["0.9", "6"]
    assert "1/3" in run("learn", "pool", "--image", "1 0 0; 0 0 0; 1 0 1", "--size", "3", "--kind", "average").out


def test_rows_that_are_never_looked_at(run: Run) -> None:
    out = conv(run, "1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5", "1 1; 1 1", "--stride", "3")
    assert "(4 - 2)/3 + 1 = 1.67 -> 1" in out
    assert "Rows that no window looks at: 2, 3.\n" in out
    assert "Columns that no window looks at: 2.\n" in out
    assert "no window" not in conv(run, PICTURE, KERNEL)


def test_poolings_of_the_lessons(run: Run) -> None:
    largest = run("learn", "pool", "--image", MAP)
    assert map_of(largest.out) == ["4 1", "0 1"]
    assert "(0, 0): max(1, 2, 4, -1) = 4\n" in largest.out
    average = run("learn", "pool", "--image", MAP, "--kind", "average").out
    assert map_of(average) == ["1.5 0", "-0.5 0.5"]
    assert "(0, 0): (1 + 2 + 4 + (-1))/4 = 1.5\n" in average
    assert map_of(run("learn", "pool", "--image", MAP, "--stride", "1", "--size", "3").out) == ["4 2", "4 1"]


def test_padding_of_a_pooling_is_not_counted(run: Run) -> None:
    out = run("learn", "pool", "--image", "-1 -2; -3 -4", "--padding", "1", "--kind", "average").out
    assert map_of(out) == ["-1 -2", "-3 -4"]
    assert "(0, 0): (-1)/1 = -1\n" in out
    assert "[0]  -1  -2 [0]" in " ".join(out.split("\n"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--n 7 --f 3 --s 1", "(7 - 3)/1 + 1 = 5"),
        ("--n 7 --f 3 --s 1", "N + 2p - F + 1 = 7 - 3 + 1 = 5"),
        ("--n 5 --f 3 --s 1", "(5 - 3)/1 + 1 = 3"),
        ("--n 4 --f 3", "(4 - 3)/1 + 1 = 2"),
        ("--n 7 --f 3 --s 3", "(7 - 3)/3 + 1 = 2.33 -> 2"),
        ("--n 7 --f 3 --s 3", "Not a whole number (7/3)."),
        ("--n 7 --f 3 --s 3", "Pixels that no window looks at: 6 (1 in all)."),
        ("--n 7 --f 3 --s 3", "  N = 6 or 9\n  F = 1 or 4\n  s = 2 or 4\n  p = 1\n"),
        ("--n 7 --f 3 --p 1", "(7 + 2*1 - 3)/1 + 1 = 7"),
        ("--n 5 --f 3 --p 1", "5 + 2*1 - 3 + 1 = 5"),
        ("--n 7 --f 3", "p = ((N - 1)s + F - N)/2 = ((7 - 1)*1 + 3 - 7)/2 = 1\n"),
        ("--n 3 --f 2 --s 2 --p 2", "(3 + 2*2 - 2)/2 + 1 = 3.5 -> 3"),
        ("--n 3 --f 2 --s 2 --p 2", "((3 - 1)*2 + 2 - 3)/2 = 1.5, not a whole number\n"),
        ("--n 3 --f 2 --s 2 --p 2", "With rounding down k = N holds for p = 2.\n"),
        ("--n 427 --f 2 --s 2", "(427 - 2)/2 + 1 = 213.5 -> 213"),
        ("--n 427 --f 2 --s 2", "Pixels that no window looks at: 426 (1 in all)."),
        ("--n 640 --f 2 --s 2", "(640 - 2)/2 + 1 = 320"),
        ("--n 7 --f 3 --s 2", "k = ceil(N/s) = ceil(7/2) = 4, with 1 before and 1 after."),
        ("--n 7 --f 3 --s 2", 'The formula\'s "same" is another: it keeps k = N = 7'),
        ("--n 7 --f 3", 'Both meanings of "same" agree here'),
        ("--n 7 --f 4", "with 1 before and 2 after.\nIt is lopsided: the side after gets one more.\n"),
        ("--n 7 --f 4", "for no p; one side needs one pixel more"),
        ("--n 7 --f 3 --filters 6", "makes 7x7x1 to 5x5x6:\n"),
        ("--n 7 --f 3 --filters 6", "F*F*channels*filters + filters = 3*3*1*6 + 6 = 60\n"),
        ("--n 7 --f 3 --p 1 --channels 3 --filters 16", "3*3*3*16 + 16 = 448\n"),
        ("--n 7 --f 3", "numbers of each map: 49 -> 25\n"),
        ("--n 28 --f 3", "26*26 * 3*3*1*1 = 6,084\n"),
        ("--n 28 --f 2", "27*27 * 2*2*1*1 = 2,916\n"),
    ],
)
def test_sizes_of_the_lessons(run: Run, line: str, said: str) -> None:
    assert said in calc(run, line)


def test_the_row_of_pixels(run: Run) -> None:
    assert "  pixel    0 1 2 3 4 5 6\n  windows  1 1 1 1 1 1 0\n" in calc(run, "--n 7 --f 3 --s 3")
    assert "  pixel    p 0 1 2 p\n  windows  1 2 3 2 1\n" in calc(run, "--n 3 --f 3 --p 1")
    gaps = calc(run, "--n 60 --f 1 --s 3")
    assert "pixel    " not in gaps
    assert "looks at: 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, ... (40 in all)." in gaps


def test_strict_refuses_what_is_not_whole(run: Run) -> None:
    refused = run("learn", "calc", "--n", "427", "--f", "2", "--s", "2", "--strict")
    assert (refused.code, refused.err) == (1, render("learn.refused", {}, "en") + "\n")
    assert "213.5" in refused.out
    assert run("learn", "calc", "--n", "427", "--f", "3", "--s", "2", "--strict").code == 0


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize(
    ("line", "status", "code", "fields"),
    [
        ('conv "1 2; 3" 1', 3, "learn.ragged", {"what": "learn.picture", "row": 1, "came": 1, "required": 2}),
        ('conv 1 "1; 2 3"', 3, "learn.ragged", {"what": "learn.kernel", "row": 1, "came": 2, "required": 1}),
        ('conv "1 x" 1', 3, "learn.not_a_number", {"what": "learn.picture", "came": "x"}),
        ('conv 1 "nan"', 3, "learn.not_a_number", {"what": "learn.kernel", "came": "nan"}),
        ('conv 1 "1e999"', 3, "learn.not_a_number", {"what": "learn.kernel", "came": "1e999"}),
        ('conv " ; " 1', 3, "learn.empty", {"what": "learn.picture"}),
        ('conv 1 "1 2"', 3, "learn.window_too_large", {"window": (1, 2), "size": (1, 1)}),
        ("conv 1 1 --image 1", 2, "learn.channels", {"pictures": 2, "kernels": 1}),
        (
            "conv 1 1 --image '1 2' --kernel 1",
            3,
            "learn.channel_sizes",
            {"what": "learn.picture", "came": (1, 2), "required": (1, 1)},
        ),
        ("conv 1 1 --stride 0", 2, "usage.whole_from", {"setting": "--stride", "came": "0", "minimum": 1}),
        ("conv 1 1 --padding -1", 2, "learn.padding", {"setting": "--padding", "came": "-1"}),
        ("conv 1 1 --padding full", 2, "learn.padding", {"setting": "--padding", "came": "full"}),
        ("conv 1 1 --at 0", 2, "learn.place", {"setting": "--at", "came": "0"}),
        ("conv 1 1 --at 0,-1", 2, "learn.place", {"setting": "--at", "came": "0,-1"}),
        (
            "conv '1 2;3 4' 1 --at 0,2",
            2,
            "learn.at_outside",
            {"row": 0, "column": 2, "last_row": 1, "last_column": 1},
        ),
        (
            "conv '1 2;3 4' 1 --at 2,0",
            2,
            "learn.at_outside",
            {"row": 2, "column": 0, "last_row": 1, "last_column": 1},
        ),
    ],
)
def test_mistakes_in_conv(
    run: Run, line: str, status: int, code: str, fields: dict[str, object], as_json: list[str]
) -> None:
    command, image, kernel, *more = shlex.split(line)
    ended = run("learn", command, "--image", image, "--kernel", kernel, *more, *as_json)
    text = render(code, {"where": "striate learn conv", **fields}, "en")
    assert ended == (status, "", f"error: {text}\n")


@pytest.mark.parametrize(
    ("line", "status", "code", "fields"),
    [
        ("calc --n 7 --f 9", 3, "learn.window_too_large", {"window": (9,), "size": (7,)}),
        ("calc --n 7 --f 3 --p -1", 2, "usage.whole_from", {"setting": "--p", "came": "-1", "minimum": 0}),
        ("calc --n 7 --f 3 --s 0", 2, "usage.whole_from", {"setting": "--s", "came": "0", "minimum": 1}),
        ("calc --n 7.5 --f 3", 2, "usage.whole_from", {"setting": "--n", "came": "7.5", "minimum": 1}),
        ("calc --n 7", 2, "usage.missing", {"setting": "--f"}),
        (
            "calc --n 100001 --f 3",
            2,
            "learn.too_large",
            {"where": "calc", "setting": "n", "came": 100001, "largest": 100000},
        ),
        ("pool --image 1,2 --size 2", 3, "learn.window_too_large", {"window": (2, 2), "size": (1, 2)}),
        ("pool --image 1 --size 1 --padding 1", 3, "learn.only_padding", {"row": 0, "column": 0}),
        (
            "pool --image 1 --kind mean",
            2,
            "usage.one_of",
            {"setting": "--kind", "came": "mean", "known": ("max", "average")},
        ),
    ],
)
def test_mistakes_in_calc_and_pool(run: Run, line: str, status: int, code: str, fields: dict[str, object]) -> None:
    command, *more = line.split()
    text = render(code, {"where": f"striate learn {command}", **fields}, "en")
    assert run("learn", command, *more) == (status, "", f"error: {text}\n")


def test_conv_as_json(run: Run) -> None:
    line = ["learn", "conv", "--image", "1 2.5; 3 4", "--kernel", "1 -1", "--padding", "1", "--stride", "2", "--json"]
    told = json.loads(run(*line).out)
    assert told["map"] == [[0, 0], [-3, 4]]
    assert (told["size"], told["stride"], told["padding"]) == ([2, 2], [2, 2], [[1, 1], [1, 1]])
    assert told["unseen"] == {"rows": [0], "columns": []}
    assert told["image"] == [[[1, 2.5], [3, 4]]]
    assert len(told["sums"]) == 4
    chosen = json.loads(run(*line, "--at", "1,0").out)["sums"]
    assert [(number["row"], number["column"], number["value"]) for number in chosen] == [(1, 0, -3)]
    assert chosen[0]["products"] == [
        {"channel": 0, "row": 1, "column": -1, "pixel": 0, "weight": 1, "padding": True},
        {"channel": 0, "row": 1, "column": 0, "pixel": 3, "weight": -1, "padding": False},
    ]


def test_pool_as_json(run: Run) -> None:
    told = json.loads(run("learn", "pool", "--image", MAP, "--kind", "average", "--json").out)
    assert (told["kind"], told["map"]) == ("average", [[1.5, 0], [-0.5, 0.5]])
    assert told["windows"][2] == {"row": 1, "column": 0, "pixels": [-2, 0, 0, 0], "value": -0.5}


def test_calc_as_json(run: Run) -> None:
    told = json.loads(run("learn", "calc", "--n", "427", "--f", "2", "--s", "2", "--json").out)
    assert (told["k"], told["exact"], told["divides"], told["left_over"], told["unseen"]) == (
        213,
        213.5,
        False,
        1,
        [426],
    )
    assert told["same"] == {"k": 214, "before": 0, "after": 1, "lopsided": True, "keeps_size": False}
    assert told["keeping"] == {"formula": 213.5, "rounded": [214]}
    assert told["neighbours"]["s"] == {"below": 1, "above": 5}
    assert told["layer"]["shape_out"] == [213, 213, 1]


def test_in_korean(run: Run) -> None:
    out = run("learn", "conv", "--image", PICTURE, "--kernel", KERNEL, "--lang", "ko").out
    assert "이미지 6x6, 창 3x3, 스트라이드 1, 패딩 0: 특성 맵 4x4\n" in out
    assert "  이미지       커널\n  8 8 8 7 6 5   0  0  1\n" in out
    assert "= 곱셈-덧셈 144번." in out
    ended = run("--lang", "ko", "learn", "calc", "--n", "7", "--f", "3", "--s", "3", "--strict")
    assert "정수가 아닙니다(7/3)." in ended.out
    assert ended.err == "거부: 크기가 정수가 아닙니다. 패딩이나 스트라이드를 바꾸십시오.\n"
    assert run("learn", "conv", "--image", "1 2;3", "--kernel", "1", "--lang", "ko").err == (
        "오류: 이미지의 행은 길이가 모두 같아야 하는데 0행은 2개, 1행은 1개입니다. 길이를 맞추십시오.\n"
    )
