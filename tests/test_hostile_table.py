"""Hostile and damaged model files: each refused with its code, in bounded time and memory, by our own errors alone."""

from pathlib import Path

import pytest
from hostile import FILES, GOLDEN, with_document, with_header
from limits import limited

from striate import load_model
from striate.errors import ModelFileError, SettingError
from striate.messages import LANGUAGES, render
from striate.storage import LONGEST_DOCUMENT


@pytest.mark.parametrize("name", FILES)
def test_each_is_refused_with_its_code(name: str, tmp_path: Path) -> None:
    make, code = FILES[name]
    file = tmp_path / "m.safetensors"
    file.write_bytes(make())
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert (caught.value.code, caught.value.fields["path"]) == (code, file)
    for spoken in LANGUAGES:
        text = render(code, caught.value.fields, spoken)
        assert str(file) in text and len(text) < 3000


def test_what_the_others_are_made_from_is_right(tmp_path: Path) -> None:
    for number, file in enumerate((GOLDEN.read_bytes(), with_header(lambda h: None), with_document(lambda d: None))):
        (tmp_path / f"{number}.safetensors").write_bytes(file)
        assert load_model(tmp_path / f"{number}.safetensors").fingerprint == load_model(GOLDEN).fingerprint


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits of memory are Linux's")
def test_refusing_takes_little_memory_and_time(tmp_path: Path) -> None:
    """The files are made outside, so that only reading them is limited."""
    for number, (make, _) in enumerate(FILES.values()):
        (tmp_path / f"{number}.safetensors").write_bytes(make())
    code = f"""
from hostile import FILES, GOLDEN
from striate import load_model
from striate.errors import FileError
load_model(GOLDEN)
limit()
refused = 0
for number in range({len(FILES)}):
    try: load_model(Path(sys.argv[1]) / f"{{number}}.safetensors")
    except FileError as error:
        refused += 1
        str(error)
print(refused)
"""
    assert limited(code, tmp_path) == f"{len(FILES)}\n"


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    model = load_model(GOLDEN)
    model.about = {"log": "x" * LONGEST_DOCUMENT}
    with pytest.raises(SettingError) as caught:
        model.save(tmp_path / "m.safetensors")
    assert caught.value.code == "model.about_too_long" and not any(tmp_path.iterdir())
    model.about = {"log": "\x00가" * 500_000}  # letters that grow when they are escaped
    model.save(tmp_path / "m.safetensors")
    assert load_model(tmp_path / "m.safetensors").about == model.about
