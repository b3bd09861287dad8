"""Chooses the Recommended preset by cross-validation inside a training folder; the validation folder is only measured, once, at the end.

Run from the project root, with torch, pillow, numpy and safetensors installed:
    python scripts/reference/choose-recommended.py ../shared/datasets/oxford-pets --cache /tmp/features --json /tmp/choice.json
    python scripts/reference/choose-recommended.py ../shared/datasets/oxford-pets --cache /tmp/features --measure squash,10,1e-3,0,10
The first (8 minutes on two cores) prints the tables of docs/RECOMMENDED.md; the second the validation figures of one setting (fit,
norm, learning rate, weight decay, epochs) beside those of the note's recipe. Features are computed once a fit and kept in the cache
folder (18 MB each). --fits, --norms, --rates and --decays (lists with commas) look at another part of the grid.
"""
import argparse
import itertools
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from vgg16 import FEATURES, WEIGHTS, fit, load_backbone, load_normalisation, to_tensor

FITS = ["crop", "squash"]
NORMS = [1.0, 10.0, 50.0, math.sqrt(FEATURES), 0.0]  # 0: features as they are
RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
DECAYS = [0.0, 1e-3, 1e-2]
EPOCHS = [5, 10, 20]
BATCH = 32
FOLDS, REPEATS = 5, 3
SMALL, SMALL_DRAWS = 40, 10


def load_features(folder: Path, split: str, mode: str, weights: Path, cache: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Features [pictures, 25088] and labels (alphabetical class indices) of one split."""
    kept = cache / f"{mode}-{split}.pt"
    if not kept.exists():
        backbone = load_backbone(weights)
        mean, std = load_normalisation(weights)
        rows, labels = [], []
        for index, name in enumerate(sorted(p.name for p in (folder / split).iterdir() if p.is_dir())):
            for picture in sorted((folder / split / name).iterdir()):
                with torch.inference_mode():
                    rows.append(backbone(to_tensor(fit(Image.open(picture), mode), mean, std)[None]).flatten().clone())
                labels.append(index)
        cache.mkdir(parents=True, exist_ok=True)
        torch.save({"features": torch.stack(rows), "labels": torch.tensor(labels)}, kept)
    stored = torch.load(kept)
    return stored["features"], stored["labels"]


def scale(features: torch.Tensor, norm: float) -> torch.Tensor:
    return features if norm == 0 else features / features.norm(dim=1, keepdim=True).clamp_min(1e-12) * norm


def train(x, y, vx, vy, rate: float, decay: float, epochs: list[int], seed: int) -> dict[int, tuple[float, float]]:
    """A Linear(25088, classes) with PyTorch's default start, Adam, shuffled batches; (accuracy, loss) on vx after each of `epochs`."""
    torch.manual_seed(seed)
    head = torch.nn.Linear(x.shape[1], int(y.max()) + 1)
    adam = torch.optim.Adam(head.parameters(), lr=rate, weight_decay=decay)
    seen = {}
    for epoch in range(1, max(epochs) + 1):
        for batch in torch.randperm(len(x)).split(BATCH):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(head(x[batch]), y[batch]).backward()
            adam.step()
        if epoch in epochs:
            with torch.no_grad():
                logits = head(vx)
                loss = torch.nn.functional.cross_entropy(logits, vy).item()
                seen[epoch] = ((logits.argmax(1) == vy).float().mean().item(), loss)
    return seen


def draw_splits(labels: torch.Tensor) -> dict[str, list[tuple[torch.Tensor, torch.Tensor]]]:
    """(train, held out) places: stratified folds, repeated; and small training sets with all the rest held out."""
    draw = np.random.default_rng(20260101)
    groups = [np.flatnonzero(labels.numpy() == c) for c in range(int(labels.max()) + 1)]
    folds, small = [], []
    for _ in range(REPEATS):
        fold_of = np.empty(len(labels), int)
        for group in groups:
            fold_of[draw.permutation(group)] = np.arange(len(group)) % FOLDS
        folds += [(torch.tensor(np.flatnonzero(fold_of != f)), torch.tensor(np.flatnonzero(fold_of == f))) for f in range(FOLDS)]
    for _ in range(SMALL_DRAWS):
        chosen = np.concatenate([draw.permutation(group)[: SMALL // len(groups)] for group in groups])
        small.append((torch.tensor(chosen), torch.tensor(np.setdiff1d(np.arange(len(labels)), chosen))))
    return {"folds": folds, "small": small}


def cross_validate(folder: Path, weights: Path, cache: Path, fits: list[str], norms: list[float], rates: list[float], decays: list[float]) -> list[dict]:
    rows = []
    for mode in fits:
        features, labels = load_features(folder, "train", mode, weights, cache)
        splits = draw_splits(labels)
        for norm in norms:
            x = scale(features, norm)
            parts = {name: [(x[a], labels[a], x[b], labels[b]) for a, b in pairs] for name, pairs in splits.items()}
            for rate, decay in itertools.product(rates, decays):
                found = {name: [train(*part, rate, decay, EPOCHS, seed) for seed, part in enumerate(some)] for name, some in parts.items()}
                for epochs in EPOCHS:
                    row = {"fit": mode, "norm": norm, "rate": rate, "decay": decay, "epochs": epochs}
                    for name, runs in found.items():
                        row[f"{name}Accuracy"] = float(np.mean([run[epochs][0] for run in runs]))
                        row[f"{name}AccuracyError"] = float(np.std([run[epochs][0] for run in runs], ddof=1) / math.sqrt(len(runs)))
                        row[f"{name}Loss"] = float(np.mean([run[epochs][1] for run in runs]))
                    rows.append(row)
            print(f"{mode} norm {norm:.4g} done", flush=True)
    return rows


def print_tables(rows: list[dict]) -> None:
    def values(name: str) -> list:
        return list(dict.fromkeys(row[name] for row in rows))

    rates = values("rate")
    for mode, epochs, decay in itertools.product(values("fit"), EPOCHS, values("decay")):
        print(f"\n{mode}, {epochs} epochs, weight decay {decay:g}: accuracy in folds / with {SMALL} pictures (loss / loss)\n")
        print("| norm | " + " | ".join(f"{rate:g}" for rate in rates) + " |")
        print("|---" * (len(rates) + 1) + "|")
        for norm in values("norm"):
            cells = []
            for rate in rates:
                row = next(r for r in rows if (r["fit"], r["norm"], r["rate"], r["decay"], r["epochs"]) == (mode, norm, rate, decay, epochs))
                cells.append(f"{row['foldsAccuracy']:.4f} / {row['smallAccuracy']:.4f} ({row['foldsLoss']:.3f} / {row['smallLoss']:.3f})")
            print(f"| {'as they are' if norm == 0 else f'{norm:.4g}'} | " + " | ".join(cells) + " |")


def read_numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def measure(folder: Path, weights: Path, cache: Path, setting: str) -> None:
    mode, norm, rate, decay, epochs = setting.split(",")
    recipes = {"Recommended": (mode, float(norm), float(rate), float(decay), int(epochs)), "As in the note": ("crop", 0.0, 1e-2, 0.0, 1)}
    for name, (mode, norm, rate, decay, epochs) in recipes.items():
        x, y = load_features(folder, "train", mode, weights, cache)
        vx, vy = load_features(folder, "val", mode, weights, cache)
        runs = [train(scale(x, norm), y, scale(vx, norm), vy, rate, decay, [epochs], seed)[epochs] for seed in range(3)]
        print(f"{name}: val accuracy {np.mean([a for a, _ in runs]):.4f} " + " ".join(f"{a:.4f}" for a, _ in runs) + f", val loss {np.mean([l for _, l in runs]):.4f} " + " ".join(f"{l:.4f}" for _, l in runs))


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("folder", type=Path)
    given.add_argument("--weights", type=Path, default=WEIGHTS)
    given.add_argument("--cache", type=Path, required=True)
    given.add_argument("--json", type=Path)
    given.add_argument("--fits", type=lambda text: text.split(","), default=FITS)
    given.add_argument("--norms", type=read_numbers, default=NORMS, help="0 leaves the features as they are")
    given.add_argument("--rates", type=read_numbers, default=RATES)
    given.add_argument("--decays", type=read_numbers, default=DECAYS)
    given.add_argument("--measure", metavar="FIT,NORM,RATE,DECAY,EPOCHS")
    options = given.parse_args()
    if options.measure:
        measure(options.folder, options.weights, options.cache, options.measure)
    else:
        table = cross_validate(options.folder, options.weights, options.cache, options.fits, options.norms, options.rates, options.decays)
        print_tables(table)
        if options.json:
            options.json.write_text(json.dumps(table, indent=1) + "\n")
