"""Pictures inside of a page."""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 128  # pixels a side; a larger picture is made smaller
SMALL = 40  # a picture up to this side is shown in squares, not smoothed, and stored without loss
QUALITY = 88  # of JPEG


def data_uri(picture: NDArray[Any]) -> str:
    """A picture uint8 (H, W, 1 or 3) inside of an address: PNG where it is small, else JPEG."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(picture[..., 0] if picture.shape[2] == 1 else picture))
    small = is_small(picture)
    image.thumbnail((LARGEST, LARGEST))
    stored = io.BytesIO()
    if small:
        image.save(stored, "PNG", optimize=True)
    else:
        image.save(stored, "JPEG", quality=QUALITY)
    kind = "png" if small else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(stored.getvalue()).decode()}"


def is_small(picture: NDArray[Any]) -> bool:
    """Whether a picture's pixels are worth to be seen each."""
    return max(picture.shape[:2]) <= SMALL
