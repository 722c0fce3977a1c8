"""Makes the pictures of the READMEs: `python docs/pictures/make.py`, in an environment with the extra `demo`.

The Korean ones need a font that has Hangul, such as NanumGothic.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = ("answers.png", "feature_maps.png", "curves.png")


def main() -> None:
    """Run the demo once a language and keep its pictures."""
    for language in ("en", "ko"):
        with tempfile.TemporaryDirectory() as folder:
            line = [sys.executable, "-m", "striate", "demo", "-o", folder, "--lang", language]
            subprocess.run(line, check=True)
            for name in PICTURES:
                shutil.copyfile(Path(folder, name), HERE / name.replace(".png", f".{language}.png"))


if __name__ == "__main__":
    main()
