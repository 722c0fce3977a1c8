"""From listed files to pictures with labels."""

import numpy as np

from striate.data.dataset import Images
from striate.data.folder import ListedPart
from striate.data.images import in_parallel
from striate.data.preprocessing import Preprocessing
from striate.data.source import DISK, Source


def read_part(listed: ListedPart, preprocessing: Preprocessing, source: Source = DISK) -> tuple[Images, list[str]]:
    """The pictures of listed files, in their order, and the files that are no usable pictures."""
    pictures = np.empty((len(listed.files), *preprocessing.shape), np.uint8)

    def fill(i: int) -> None:
        pictures[i] = preprocessing.read(listed.files[i], source)

    usable = np.array([one is None for one in in_parallel(fill, range(len(pictures)))], np.bool_)
    kept = np.flatnonzero(usable)
    unusable = [listed.files[i] for i in np.flatnonzero(~usable)]
    images = Images(pictures, listed.labels, listed.files, preprocessing)
    return (images.take(kept) if unusable else images), unusable
