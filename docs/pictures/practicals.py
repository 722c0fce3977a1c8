"""Makes the pictures of docs/practicals.md: `python docs/pictures/practicals.py DIGITS SMILES`.

DIGITS and SMILES are runs (or model files) of the practicals of these names. The astronaut is Eileen Collins, by NASA,
in the public domain, as scikit-image ships her; the Korean picture needs a font with Hangul.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from striate.model import load_model
from striate.run_folder import model_file

HERE = Path(__file__).parent
SIDE, GAP = 140, 12
HEAD = (110, 0, 402, 292)  # of the astronaut


def main(digits: Path, smiles: Path) -> None:
    """Draw both."""
    photographs(digits)
    from skimage.data import astronaut

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "astronaut.png")
        Image.fromarray(astronaut()).crop(HEAD).save(source)
        for language in ("en", "ko"):
            out = HERE / f"smile.{language}.jpg"
            line = ["smile", str(source), "--model", str(smiles), "-o", str(out), "--lang", language]
            subprocess.run([sys.executable, "-m", "striate", *line], check=True)


def photographs(run: Path) -> None:
    """The ten photographs of the tests, what the model sees of each, and its answer."""
    sys.path.insert(0, str(HERE.parents[1] / "tests"))
    from photographed import ten

    model = load_model(model_file(run))
    rule = model.preprocessing
    assert rule is not None and rule.resize == "digit"
    sheet = Image.new("RGB", (10 * (SIDE + GAP) + GAP, 2 * SIDE + 4 * GAP + 20), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(18)
    for i, photo in enumerate(ten(np.random.default_rng(20260101))):
        left = GAP + i * (SIDE + GAP)
        shown = Image.fromarray(photo).convert("RGB")
        shown.thumbnail((SIDE, SIDE))
        sheet.paste(shown, (left + (SIDE - shown.width) // 2, GAP + (SIDE - shown.height) // 2))
        seen = Image.fromarray(rule.picture(photo)[..., 0]).resize((SIDE, SIDE), Image.Resampling.NEAREST)
        sheet.paste(seen, (left, SIDE + 2 * GAP))
        answer = model.classify(photo)[0]
        text = f"{answer.best}  {100 * answer.scores[answer.best]:.0f} %"
        draw.text((left + SIDE / 2, 2 * SIDE + 3 * GAP + 8), text, fill="#222222", font=font, anchor="mm")
    sheet.quantize(255).save(HERE / "photographed.png", optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
