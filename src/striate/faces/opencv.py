"""OpenCV, imported when it is needed."""

import os
from typing import Any

from striate.errors import MissingExtraError


def opencv() -> Any:
    """The module `cv2`. Raises `MissingExtraError` where it is not installed, or has no cascades: 5.0 dropped them."""
    # FFmpeg inside of it writes to stderr by itself; this is the only way to keep it from that. AV_LOG_QUIET is -8.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    try:
        import cv2
    except ImportError as error:
        raise MissingExtraError("extra.missing", package="OpenCV", extra="camera") from error
    module: Any = cv2
    if not hasattr(module, "CascadeClassifier"):
        raise MissingExtraError("smile.opencv_without_cascades", came=module.__version__, extra="camera")
    module.utils.logging.setLogLevel(module.utils.logging.LOG_LEVEL_SILENT)
    return module
