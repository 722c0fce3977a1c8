"""By what data are known again: classes, labels, names, and the pixels or, where these stand in files, their stamps."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from striate.data.dataset import Dataset, Images
from striate.data.decoded import Decoded
from striate.data.skipping import below

Fingerprint = Mapping[str, Any]


def fingerprint(data: Dataset) -> Fingerprint:
    """Plain numbers and texts. Pictures in memory are known by their pixels; others by length and time of change."""
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    known = {name: _part(images, data.root) for name, images in parts.items() if images is not None}
    return {"classes": list(data.class_names), "shape": list(data.preprocessing.shape), "parts": known}


def changes(then: Fingerprint, now: Fingerprint) -> list[str]:
    """The codes of what differs; nothing where these are the same data.

    Whether pictures stood in memory depends on the cache: what only one of the two knows is not compared.
    """
    if then["classes"] != now["classes"]:
        return ["changed.classes"]
    found = ["changed.shape"] if then["shape"] != now["shape"] else []
    if then["parts"].keys() != now["parts"].keys():
        return [*found, "changed.parts"]
    for name in then["parts"]:
        old, new = then["parts"][name], now["parts"][name]
        known = [key for key in old if old[key] is not None and new.get(key) is not None]
        found += [f"changed.{key}" for key in known if old[key] != new[key]][:1]
    return list(dict.fromkeys(found))


def _part(images: Images, root: str) -> dict[str, Any]:
    names, pictures = images.files, images.pictures
    stamps = pictures.stamps[pictures.rows] if isinstance(pictures, Decoded) and len(pictures.stamps) else None
    in_memory = not isinstance(pictures, Decoded) or "hashes" in vars(images)
    return {
        "pictures": len(images),
        "labels": _digest(np.ascontiguousarray(images.labels).tobytes()),
        "names": None if names is None else _digest("\n".join(below(name, root) for name in names)),
        "pixels": _digest(images.hashes.tobytes()) if in_memory else None,
        "stamps": None if stamps is None else _digest(stamps.tobytes()),
    }


def _digest(data: bytes | str) -> str:
    return sha256(data if isinstance(data, bytes) else data.encode(errors="surrogatepass")).hexdigest()
