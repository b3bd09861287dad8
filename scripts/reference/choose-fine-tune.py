"""Compares recipes of fine-tuning block 5 inside a training folder, beside the Recommended head alone.

Run from the project root, with torch, pillow, numpy and safetensors installed:
    npm run textures -- /tmp/textures --train 150
    python scripts/reference/choose-fine-tune.py /tmp/textures/train --held 40 --recipes back=3e-5 back=1e-4 back=1e-4,epochs=5
`--held` pictures of each class are held out in each of `--draws` draws; nothing else is measured. The maps before block 5 are computed once and
kept beside the call (--cache). Settings of a recipe: back, head (learning rates), decay, epochs, warm, clip, batch.
"""
import argparse
import copy
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from vgg16 import FEATURES, WEIGHTS, fit, load_backbone, load_normalisation, to_tensor

BOUNDARY = 24  # features.24 is the first convolution of block 5
NORM = 10.0
USUAL = {"back": 1e-4, "head": 3e-3, "decay": 1e-2, "epochs": 8, "warm": 1, "clip": 1.0, "batch": 32}


def load_maps(folder: Path, backbone: torch.nn.Sequential, weights: Path, cache: Path | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps before block 5 [pictures, 512, 14, 14] and labels (alphabetical class indices)."""
    if cache is not None and cache.exists():
        stored = torch.load(cache)
        return stored["maps"].float(), stored["labels"]
    mean, std = load_normalisation(weights)
    frozen = backbone[:BOUNDARY].to(memory_format=torch.channels_last)
    rows, labels = [], []
    for index, name in enumerate(sorted(p.name for p in folder.iterdir() if p.is_dir())):
        pictures = sorted((folder / name).iterdir())
        for at in range(0, len(pictures), 8):
            some = torch.stack([to_tensor(fit(Image.open(path), "crop"), mean, std) for path in pictures[at : at + 8]])
            with torch.inference_mode():
                rows += [row.contiguous().clone() for row in frozen(some.contiguous(memory_format=torch.channels_last))]
            labels += [index] * len(some)
    maps, labels = torch.stack(rows), torch.tensor(labels)
    if cache is not None:
        torch.save({"maps": maps.half(), "labels": labels}, cache)
    return maps, labels


def scale(features: torch.Tensor) -> torch.Tensor:
    return features / features.norm(dim=1, keepdim=True).clamp_min(1e-12) * NORM


def judge(block: torch.nn.Module, head: torch.nn.Module, maps: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Accuracy and loss."""
    with torch.no_grad():
        logits = head(scale(torch.cat([block(part).flatten(1) for part in maps.split(16)])))
        return (logits.argmax(1) == labels).float().mean().item(), torch.nn.functional.cross_entropy(logits, labels).item()


def tune(block5, maps, labels, held, held_labels, seed: int, recipe: dict) -> list[tuple[float, float]]:
    """(accuracy, loss) on the held-out pictures after each epoch; AdamW, both rates along half a cosine, as the app does."""
    torch.manual_seed(seed)
    block, head = copy.deepcopy(block5), torch.nn.Linear(FEATURES, int(labels.max()) + 1)
    rates = [recipe["head"], recipe["back"]]
    groups = [{"params": head.parameters(), "lr": rates[0]}, {"params": block.parameters(), "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe["decay"])
    steps, step, seen = recipe["epochs"] * math.ceil(len(maps) / recipe["batch"]), 0, []
    for epoch in range(recipe["epochs"]):
        moves = epoch >= recipe["warm"]
        for batch in torch.randperm(len(maps)).split(recipe["batch"]):
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * (1 + math.cos(math.pi * step / steps)) / 2
            step += 1
            optimizer.zero_grad(set_to_none=True)
            with torch.set_grad_enabled(moves):
                features = block(maps[batch]).flatten(1)
            torch.nn.functional.cross_entropy(head(scale(features)), labels[batch]).backward()
            moving = [*head.parameters(), *(block.parameters() if moves else [])]
            torch.nn.utils.clip_grad_norm_(moving, recipe["clip"])
            optimizer.step()
        seen.append(judge(block, head, held, held_labels))
    return seen


def train_head(block5, maps, labels, held, held_labels, seed: int) -> tuple[float, float]:
    """The Recommended head on frozen features: Adam at 0.003, weight decay 0.01, 10 epochs."""
    torch.manual_seed(seed)
    with torch.no_grad():
        features = scale(torch.cat([block5(part).flatten(1) for part in maps.split(16)]))
    head = torch.nn.Linear(FEATURES, int(labels.max()) + 1)
    adam = torch.optim.Adam(head.parameters(), lr=3e-3, weight_decay=1e-2)
    for _ in range(10):
        for batch in torch.randperm(len(features)).split(32):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(head(features[batch]), labels[batch]).backward()
            adam.step()
    return judge(block5, head, held, held_labels)


def draw(labels: torch.Tensor, held: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Places to train on and to hold out, so many of each class."""
    chance = np.random.default_rng(seed)
    orders = [chance.permutation(np.flatnonzero(labels.numpy() == c)) for c in range(int(labels.max()) + 1)]
    return torch.tensor(np.concatenate([o[held:] for o in orders])), torch.tensor(np.concatenate([o[:held] for o in orders]))


def read_recipe(text: str) -> dict:
    changes = dict(part.split("=") for part in text.split(","))
    unknown = set(changes) - set(USUAL)
    if unknown:
        raise SystemExit(f"no such setting: {', '.join(sorted(unknown))}")
    return USUAL | {name: type(USUAL[name])(float(value)) for name, value in changes.items()}


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("folder", type=Path)
    given.add_argument("--weights", type=Path, default=WEIGHTS)
    given.add_argument("--cache", type=Path)
    given.add_argument("--held", type=int, default=40)
    given.add_argument("--draws", type=int, default=1)
    given.add_argument("--recipes", nargs="+", default=["back=1e-4"])
    options = given.parse_args()
    whole = load_backbone(options.weights)
    all_maps, all_labels = load_maps(options.folder, whole, options.weights, options.cache)
    last = whole[BOUNDARY:]
    for number in range(options.draws):
        train, out = draw(all_labels, options.held, number + 1)
        parts = (all_maps[train], all_labels[train], all_maps[out], all_labels[out])
        accuracy, loss = train_head(last, *parts, number)
        print(f"draw {number}: {len(train)} train, {len(out)} held out; head alone {accuracy:.4f} ({loss:.3f})", flush=True)
        for text in options.recipes:
            epochs = tune(last, *parts, number, read_recipe(text))
            best = min(range(len(epochs)), key=lambda at: epochs[at][1])
            print(f"  {text}: {epochs[best][0]:.4f} ({epochs[best][1]:.3f}), epoch {best}", flush=True)
