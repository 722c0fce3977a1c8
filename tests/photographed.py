"""Digits as somebody would photograph them: printed or drawn, on paper or a blackboard, in any light."""

import io
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = NDArray[np.uint8]
Points = list[tuple[float, float]]
FONT_FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSans-Oblique", "DejaVuSansMono")


def _arc(x: float, y: float, across: float, down: float, begin: float, end: float) -> Points:
    angles = np.radians(np.linspace(begin, end, 24))
    return [(x + across * np.cos(a), y + down * np.sin(a)) for a in angles]


# How a hand writes each digit: lines through points in a square, y downwards.
STROKES: dict[int, list[Points]] = {
    0: [_arc(0.5, 0.5, 0.3, 0.45, -90, 270)],
    1: [[(0.45, 0.12), (0.52, 0.05), (0.5, 0.95)]],
    2: [[*_arc(0.5, 0.28, 0.28, 0.24, -170, 40), (0.2, 0.93), (0.85, 0.92)]],
    3: [_arc(0.45, 0.27, 0.27, 0.22, -150, 90) + _arc(0.45, 0.72, 0.32, 0.24, -90, 150)],
    4: [[(0.6, 0.05), (0.15, 0.62), (0.85, 0.6)], [(0.62, 0.35), (0.6, 0.97)]],
    5: [[(0.75, 0.07), (0.3, 0.08), (0.27, 0.45), *_arc(0.47, 0.68, 0.3, 0.26, -120, 150)]],
    6: [[(0.65, 0.05), (0.35, 0.35), *_arc(0.5, 0.7, 0.26, 0.25, -160, 200)]],
    7: [[(0.15, 0.1), (0.82, 0.08), (0.45, 0.95)]],
    8: [_arc(0.5, 0.28, 0.22, 0.22, 90, 450), _arc(0.5, 0.73, 0.28, 0.24, -90, 270)],
    9: [[*_arc(0.5, 0.3, 0.25, 0.24, 0, 360), (0.68, 0.95)]],
}


def drawn(digit: int, height: int = 150, pen: float = 0.08, slant: float = 0.0) -> Pixels:
    """Ink (255) by hand, cut out; `pen` is the stroke's width as a share of the height."""
    image = Image.new("L", (2 * height, 2 * height))
    draw, width = ImageDraw.Draw(image), max(2, round(pen * height))
    for stroke in STROKES[digit]:
        points = [(height * (0.5 + x - slant * (y - 0.5)), height * (0.5 + y)) for x, y in stroke]
        draw.line(points, fill=255, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)
    return np.asarray(image.crop(image.getbbox()))


def printed(digit: int, height: int = 150, font: str = FONTS[0]) -> Pixels:
    """Ink (255) of a font, cut out."""
    image = Image.new("L", (2 * height, 2 * height))
    face = ImageFont.truetype(str(FONT_FOLDER / f"{font}.ttf"), round(1.35 * height))
    ImageDraw.Draw(image).text((height // 2, 0), str(digit), font=face, fill=255)
    return np.asarray(image.crop(image.getbbox()))


def photographed(
    ink: Pixels,
    rng: np.random.Generator,
    *,
    dark: bool = True,
    turned: float = 0.0,
    around: tuple[float, float, float, float] = (0.4, 0.4, 0.4, 0.4),
    light: float = 0.0,
    grain: float = 0.0,
    grid: bool = False,
    colour: bool = False,
    quality: int = 80,
) -> Pixels:
    """A JPEG of it, decoded: (h, w) or (h, w, 3).

    `dark`: ink on paper, else chalk on a board. `turned`: degrees. `around`: paper left, right, above and below, in
    heights of the digit. `light`: how much of it one corner lacks. `grain`: deviation of the paper. `grid`: lines.
    """
    image = Image.fromarray(ink).rotate(turned, Image.Resampling.BICUBIC, expand=True)
    left, right, above, below = (round(share * image.height) for share in around)
    sheet = Image.new("L", (image.width + left + right, image.height + above + below))
    sheet.paste(image, (left, above))
    amount = np.asarray(sheet, np.float64) / 255
    paper, pen = (215.0, 45.0) if dark else (45.0, 215.0)
    background = np.full(amount.shape, paper)
    if grid:
        step = image.height * 2 // 5
        background[step // 2 :: step] = background[:, step // 3 :: step] = paper - 45
    y, x = (np.linspace(0, 1, side) for side in amount.shape)
    lit = 1 - light * (y[:, np.newaxis] + x) / 2
    values = (background * (1 - amount) + pen * amount) * lit + rng.normal(0, grain, amount.shape)
    picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    if colour:
        tint = Image.new("RGB", picture.size, (255, 236, 205))
        picture = Image.composite(tint, Image.new("RGB", picture.size), picture)
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=quality)
    return np.asarray(Image.open(encoded))


def ten(rng: np.random.Generator) -> list[Pixels]:
    """A photograph of each digit, no two alike."""
    return [
        photographed(drawn(0, pen=0.05), rng),
        photographed(drawn(1, pen=0.12), rng, dark=False, grain=4),
        photographed(printed(2, font="DejaVuSans-Bold"), rng, light=0.5, colour=True),
        photographed(drawn(3, pen=0.03), rng, around=(1.4, 0.2, 0.3, 1.1), grain=3),
        photographed(printed(4, font="DejaVuSans"), rng, turned=6, quality=50),
        photographed(drawn(5, pen=0.15), rng, grid=True, light=0.3),
        photographed(drawn(6, 60, slant=0.15), rng, dark=False, around=(0.2, 1.5, 1.2, 0.2)),
        photographed(printed(7, font="DejaVuSerif"), rng, turned=-5, grain=6, colour=True),
        photographed(printed(8, 400, font="DejaVuSansMono"), rng, around=(2, 1.5, 1, 2), light=0.4),
        photographed(drawn(9, pen=0.07), rng, dark=False, turned=4, light=0.4, grain=5),
    ]


def any_one(digit: int, rng: np.random.Generator) -> Pixels:
    """A photograph of a digit with everything left to chance."""
    height = int(rng.integers(60, 300))
    if rng.random() < 0.5:
        ink = drawn(digit, height, pen=rng.uniform(0.03, 0.16), slant=rng.uniform(-0.1, 0.25))
    else:
        ink = printed(digit, height, font=str(rng.choice(FONTS)))
    dark = bool(rng.random() < 0.7)
    left, right, above, below = rng.uniform(0.2, 1.5, 4)
    return photographed(
        ink,
        rng,
        dark=dark,
        turned=rng.uniform(-7, 7),
        around=(left, right, above, below),
        light=rng.uniform(0, 0.5),
        grain=rng.uniform(0, 7),
        grid=dark and bool(rng.random() < 0.3),
        colour=bool(rng.random() < 0.5),
        quality=int(rng.integers(50, 95)),
    )
