"""Where a user's caches are."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from striate.errors import FileError


def cache_folder(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """STRIATE_CACHE, or as the system has it. Raises `FileError` where there is no home.

    Linux: $XDG_CACHE_HOME/striate, by default ~/.cache/striate (XDG Base Directory 0.8, which passes over relative
    paths); macOS: ~/Library/Caches/striate; Windows: %LOCALAPPDATA%/striate/Cache.
    """
    try:
        return _cache_folder(environment, system)
    except RuntimeError as error:  # Path.home has found none
        raise FileError("collections.no_home") from error


def _cache_folder(environment: Mapping[str, str], system: str) -> Path:
    if given := environment.get("STRIATE_CACHE"):
        return Path(given).expanduser()
    if system == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "striate" / "Cache"
    if system == "darwin":
        return Path.home() / "Library" / "Caches" / "striate"
    given = Path(environment.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "striate"
