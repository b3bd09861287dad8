"""Whether this model says here what it said in the browser: python check.py [--provider NAME] [--model DIR]

Runs the pictures of certificate/ through both model files, pixels as they are, and prints the largest difference between their logits and
those in certificate.json, over the root mean square of all logits there. Exit code 1 when it is above the bound, 0 otherwise.
"""
import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from session import load_config, open_model, predict, prepare


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", metavar="DIR", default=str(Path(__file__).resolve().parent))
    options.add_argument("--provider", metavar="NAME", help="of ONNX Runtime, such as CUDAExecutionProvider")
    given = options.parse_args()

    folder = Path(given.model) / "certificate"
    certificate = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    pictures = [np.asarray(Image.open(folder / picture["file"]).convert("RGB")) for picture in certificate["pictures"]]
    expected = np.array([picture["logits"] for picture in certificate["pictures"]], np.float64)
    shares = np.array([picture["probabilities"] for picture in certificate["pictures"]], np.float64)
    # Eight at once: the first layers of more would take gigabytes.
    eights = [pictures[start : start + 8] for start in range(0, len(pictures), 8)]
    model, config = open_model(given.model, given.provider), load_config(given.model)
    logits, probabilities = map(np.concatenate, zip(*(predict(model, some) for some in eights)))
    prepared = open_model(given.model, given.provider, "model-without-preprocessing.onnx")
    others = np.concatenate([prepared.run(["logits"], {"input": prepare(some, config)})[0] for some in eights])
    unit = certificate["rms"] or 1.0
    differences = np.maximum(np.abs(logits - expected), np.abs(others - expected)) / unit
    moved = np.abs(probabilities - shares)
    for picture, row, share in zip(certificate["pictures"], differences, moved):
        print(f"{picture['file']}  {picture['name']}: logits differ by {row.max():.1e} of their rms, probabilities by {share.max():.1e}")
    largest = float(differences.max())
    print(f"Largest difference {largest:.2e} of the logits' rms; at most {certificate['bound']:.0e} is allowed ({certificate['precision']}).")
    if not math.isfinite(largest) or largest > certificate["bound"]:
        sys.exit("FAILED: this model does not say here what it said in the browser.")
    print("The same answers.")


if __name__ == "__main__":
    main()
