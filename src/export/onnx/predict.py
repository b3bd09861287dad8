"""What the model says of pictures: python predict.py PICTURE-OR-FOLDER... [--csv FILE] [--model DIR] [--provider NAME]

Prints the class, its probability and all logits of each picture; --csv writes them to a file as well. Folders are searched as deep as
they go. Exit code 1 when a picture could not be read; the others are predicted all the same.
"""
import argparse
import csv
import sys
from pathlib import Path

from picture import UNREADABLE, find_pictures, load_picture
from session import load_config, open_model, predict


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paths", nargs="+", metavar="PICTURE-OR-FOLDER")
    options.add_argument("--csv", metavar="FILE")
    options.add_argument("--model", metavar="DIR", default=str(Path(__file__).resolve().parent))
    options.add_argument("--provider", metavar="NAME", help="of ONNX Runtime, such as CUDAExecutionProvider")
    given = options.parse_args()

    config, model = load_config(given.model), open_model(given.model, given.provider)
    classes = config["classes"]
    rows, unreadable = [], 0
    for path in find_pictures(given.paths):
        try:
            pixels = load_picture(path, config)
        except UNREADABLE as error:
            print(f"{path}: cannot be read as a picture ({error})", file=sys.stderr)
            unreadable += 1
            continue
        logits, probabilities = (values[0].tolist() for values in predict(model, [pixels]))
        best = max(range(len(classes)), key=logits.__getitem__)
        print(f"{path}: {classes[best]} ({probabilities[best]:.4f}), logits = {logits}")
        rows.append([str(path), classes[best], best, *probabilities, *logits])
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
