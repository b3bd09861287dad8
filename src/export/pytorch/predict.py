"""What the model says of pictures: python predict.py PICTURE-OR-FOLDER... [--csv FILE] [--model DIR] [--device cpu|cuda]

Prints the class, its probability and all logits of each picture; --csv writes them to a file as well. Folders are searched as deep as
they go. Exit code 1 when a picture could not be read; the others are predicted all the same.
"""
import argparse
import csv
import sys
from pathlib import Path

import torch
from model import compute_exactly, load_config, load_model, to_tensor
from picture import UNREADABLE, find_pictures, load_picture


def predict(model, config, pictures, device):
    """Logits and probabilities [n, classes] of pictures as `load_picture` gives them."""
    with torch.inference_mode():
        logits = model(to_tensor(pictures, config, device)).float().cpu()
    return logits, torch.softmax(logits.double(), 1)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paths", nargs="+", metavar="PICTURE-OR-FOLDER")
    options.add_argument("--csv", metavar="FILE")
    options.add_argument("--model", metavar="DIR", default=str(Path(__file__).resolve().parent))
    options.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options.add_argument("--batch", type=int, default=8)
    given = options.parse_args()

    compute_exactly()
    config = load_config(given.model)
    model = load_model(given.model, given.device)
    classes = config["classes"]
    rows, unreadable, waiting = [], 0, []

    def answer():
        if not waiting:
            return
        logits, probabilities = predict(model, config, [pixels for _, pixels in waiting], given.device)
        for (path, _), values, shares in zip(waiting, logits.tolist(), probabilities.tolist()):
            best = max(range(len(classes)), key=values.__getitem__)
            print(f"{path}: {classes[best]} ({shares[best]:.4f}), logits = {values}")
            rows.append([str(path), classes[best], best, *shares, *values])
        waiting.clear()

    for path in find_pictures(given.paths):
        try:
            waiting.append((path, load_picture(path, config)))
        except UNREADABLE as error:
            print(f"{path}: cannot be read as a picture ({error})", file=sys.stderr)
            unreadable += 1
        if len(waiting) == given.batch:
            answer()
    answer()
    if given.csv:
        with open(given.csv, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            head = [f"probability {name}" for name in classes] + [f"logit {name}" for name in classes]
            writer.writerow(["file", "class", "class_index", *head])
            writer.writerows(rows)
    if not rows:
        sys.exit("No picture could be read." if unreadable else "There are no pictures.")
    sys.exit(1 if unreadable else 0)


if __name__ == "__main__":
    main()
