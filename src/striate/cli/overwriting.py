"""What a command reads stays as it is: nothing that it writes may take its place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

TEXTS = ("html", "skip_list")  # options of a file to write, by their names in Python; here: what holds no picture
WRITTEN = (*TEXTS, "output", "figure")
MODELS = ("model", "run")


def overwritten(given: Mapping[str, object]) -> str | None:
    """The option, by its name in Python, whose file is read on the same line, or is no text where a text is written."""
    sources = list(_sources(given))
    for name in WRITTEN:
        path = given.get(name)
        if isinstance(path, Path) and path.is_file() and _spared(path, sources, is_text=name in TEXTS):
            return name
    return None


def _spared(path: Path, sources: list[Path], *, is_text: bool) -> bool:
    from striate.data.folder import PICTURE_ENDINGS  # here, for few lines come so far and --help shall be quick
    from striate.storage import ENDING

    is_picture = path.suffix.lower() in PICTURE_ENDINGS
    if is_text and (is_picture or path.suffix.lower() == ENDING):
        return True
    return any(
        (is_picture and source.resolve() in path.resolve().parents) if source.is_dir() else path.samefile(source)
        for source in sources
        if source.exists()
    )


def _sources(given: Mapping[str, object]) -> Iterator[Path]:
    """What is read; the folder of a run is none, since figures of it may well be kept, and made anew, there."""
    for name, value in given.items():
        if name not in WRITTEN:
            several = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
            yield from (each for each in several if isinstance(each, Path) and not (name in MODELS and each.is_dir()))
