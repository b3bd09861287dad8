"""Labelled pictures on disk: what the page saves as a ZIP (class folders with metadata.csv), or plain class folders."""
import csv
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from browser import choose_validation, content_id
from picture import ENDINGS, UNREADABLE, load_picture

SPLITS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}


@dataclass(frozen=True)
class Sample:
    path: Path
    label: int
    split: str
    id: str  # of its content: what the page calls it too


def _from_list(folder):
    """Rows of metadata.csv as (path, class, split): those that the page trained with."""
    with open(folder / "metadata.csv", newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            label = row.get("label") or ""
            if label:
                yield folder / row["file_name"], label, row.get("split")


def _from_folders(folder):
    """train/CLASS/..., val/CLASS/..., test/CLASS/..., or CLASS/... alone."""
    names = [one for one in sorted(folder.iterdir()) if one.is_dir()]
    by_split = [one for one in names if one.name.lower() in SPLITS]
    for top in by_split or [folder]:
        split = SPLITS[top.name.lower()] if by_split else None
        for group in sorted(one for one in top.iterdir() if one.is_dir()):
            for path in sorted(group.rglob("*")):
                if path.suffix.lower() in ENDINGS:
                    yield path, group.name, split


def _undo_quote(label, known):
    """A spreadsheet would compute names that begin with = or +, so the page writes an apostrophe before them."""
    return label[1:] if known and label not in known and label.startswith("'") and label[1:] in known else label


def read_dataset(folder, classes, validation, seed, anew=False):
    """Samples in the list's order, and the class names: `classes`, or with `anew` those of the data where they are others."""
    folder = Path(folder)
    if not folder.is_dir():
        sys.exit(f"There is no folder {folder}.")
    has_list = (folder / "metadata.csv").exists()
    rows = list(_from_list(folder) if has_list else _from_folders(folder))
    rows = [(path, _undo_quote(label, classes), split) for path, label, split in rows]
    # In a list with splits, a picture without one took no part.
    if has_list and any(split for *_, split in rows):
        rows = [row for row in rows if row[2]]
    found = sorted({label for _, label, _ in rows})
    names = found if anew and set(found) != set(classes) else list(classes)
    strangers = [label for label in found if label not in names]
    if strangers:
        sys.exit(f"The model has no class “{strangers[0]}” (it has {', '.join(names)}). Rename it, or begin with --new-head.")
    if len(names) < 2:
        sys.exit(f"{folder} holds {len(found)} class(es) of pictures; at least 2 are needed.")
    missing = [path for path, *_ in rows if not path.exists()]
    if missing:
        sys.exit(f"metadata.csv names {len(missing)} file(s) that are not there, such as {missing[0]}.")
    with ThreadPoolExecutor() as pool:
        ids = list(pool.map(lambda row: content_id(row[0].read_bytes()), rows))
    drawn = set()
    if not any(split == "val" for *_, split in rows):
        for name in names:
            own = [one for one, (_, label, split) in zip(ids, rows) if label == name and split in (None, "", "train")]
            drawn |= choose_validation(own, validation, seed)
    samples = [
        Sample(path, names.index(label), "val" if one in drawn else (split or "train"), one)
        for one, (path, label, split) in zip(ids, rows)
    ]
    for name in names:
        count = sum(one.split == "train" and one.label == names.index(name) for one in samples)
        if count < 2:
            sys.exit(f"The class “{name}” has {count} picture(s) to learn from; it needs at least 2.")
    if not any(one.split == "val" for one in samples):
        sys.exit("No pictures are kept for validation.")
    return samples, names


class Pictures:
    """Fitted pixels [224, 224, 3], held in memory as long as there is room: 150 kB each."""

    def __init__(self, config, room=4e9):
        self.config, self._left, self._held = config, room, {}
        self._pool = ThreadPoolExecutor()

    def read(self, samples):
        return list(self._pool.map(self._one, samples))

    def _one(self, sample):
        pixels = self._held.get(sample.path)
        if pixels is None:
            try:
                pixels = load_picture(sample.path, self.config)
            except UNREADABLE as error:
                raise SystemExit(f"{sample.path} cannot be read as a picture ({error}). Remove it and start again.") from error
            if self._left >= pixels.nbytes:
                self._left -= pixels.nbytes
                self._held[sample.path] = pixels
        return pixels
