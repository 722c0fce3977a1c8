"""The check at full size, with its figures: `PYTHONPATH=src:tests python -m tests.nightly.check_pictures FOLDER`.

FOLDER holds cats_dogs.zip and smiles.zip. 500 photos alone give no finding but the known ones; of 300 photos every copy
in every way is looked for; of the faces exactly the known groups of equal pixels are found. Takes some minutes.
"""

import random
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from planted import COPIES

from striate.data.check.findings import judge
from striate.data.check.looks import look_at
from striate.data.check.near import alike, near_duplicates
from striate.data.check.survey import survey

# Real near duplicates among the 4,000 photos, looked at one by one.
KNOWN = {("train/dog/dog.74.jpg", "train/dog/dog.180.jpg"), ("test/cat/cat.4126.jpg", "test/cat/cat.4575.jpg")}
SEED, ALONE, COPIED = 20260101, 500, 300


def main(folder: Path) -> int:
    """Run everything; the number of expectations that were not met."""
    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(folder / "cats_dogs.zip") as archive:
            archive.extractall(place)
        return photos(Path(place)) + copies(Path(place)) + faces(folder / "smiles.zip")


def photos(root: Path) -> int:
    """No false alarm, of 500 and of all."""
    began = time.process_time()
    seen = survey(root)
    findings = judge(seen)
    groups = {tuple(seen.names[row] for row in group) for each in findings.problems for group in each.groups}
    print(f"photos: {len(seen)} in {time.process_time() - began:.1f} s of processor time; found {sorted(groups)}")
    chosen = np.array(sorted(random.Random(SEED).sample(range(len(seen)), ALONE)))
    pairs = near_duplicates(seen.thumbnails[chosen])
    alarms = [] if pairs is None else list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    print(f"photos: {len(alarms)} pairs among {ALONE}")
    named = {tuple(seen.names[chosen[i]] for i in pair) for pair in alarms}
    return (groups != KNOWN) + (pairs is None or not named <= KNOWN)


def copies(root: Path) -> int:
    """The share of copies that are found, each way of copying by itself."""
    files = random.Random(SEED).sample(sorted(root.rglob("*.jpg")), COPIED)
    images = [Image.open(file).convert("RGB") for file in files]
    thumbnails = np.stack([look_at(np.asarray(each)).thumbnail for each in images])
    missed = 0
    for kind, change in COPIES.items():
        changed = np.stack([look_at(np.asarray(change(each).convert("RGB"))).thumbnail for each in images])
        pairs = near_duplicates(np.concatenate([thumbnails, changed]))
        found = set() if pairs is None else set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        right = sum((i, i + COPIED) in found for i in range(COPIED))
        least = float(alike(thumbnails, changed).min())
        others = len(found) - right
        print(f"copies, {kind}: {100 * right / COPIED:.1f} % found, {others} other pairs, least likeness {least:.3f}")
        missed += right < 0.95 * COPIED
    return missed


def faces(archive: Path) -> int:
    """The groups of equal pixels."""
    began = time.process_time()
    seen = survey(archive)
    findings = judge(seen)
    found = {each.kind: len(each.groups) for each in findings.found}
    print(f"faces: {len(seen)} in {time.process_time() - began:.1f} s of processor time; groups: {found}")
    return (found.get("labels_differ"), found.get("duplicate")) != (4, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
