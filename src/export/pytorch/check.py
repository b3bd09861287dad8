"""Whether this model says here what it said in the browser: python check.py [--device cpu|cuda] [--model DIR]

Runs the pictures of certificate/ through the model, pixels as they are, and prints the largest difference between its logits and those
in certificate.json, over the root mean square of all logits there. Exit code 1 when it is above the bound, 0 otherwise.
"""
import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from model import compute_exactly, load_config, load_model, to_tensor
from PIL import Image


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", metavar="DIR", default=str(Path(__file__).resolve().parent))
    options.add_argument("--device", default="cpu")
    given = options.parse_args()

    folder = Path(given.model)
    file = folder / "certificate" / "certificate.json"
    if not file.exists():
        sys.exit(f"There is no certificate at {file}: this model was not written by the page itself.")
    certificate = json.loads(file.read_text(encoding="utf-8"))
    compute_exactly()
    config, model = load_config(folder), load_model(folder, given.device)
    pictures = [np.asarray(Image.open(file.parent / picture["file"]).convert("RGB")) for picture in certificate["pictures"]]
    # Eight at once: the first layers of more would take gigabytes.
    eights = [pictures[start : start + 8] for start in range(0, len(pictures), 8)]
    with torch.inference_mode():
        logits = torch.cat([model(to_tensor(some, config, given.device)).double().cpu() for some in eights])
    expected = torch.tensor([picture["logits"] for picture in certificate["pictures"]], dtype=torch.float64)
    unit = certificate["rms"] or 1.0
    differences = (logits - expected).abs() / unit
    for picture, row, own, known in zip(certificate["pictures"], differences, logits, expected):
        moved = (torch.softmax(own, 0) - torch.softmax(known, 0)).abs().max().item()
        print(f"{picture['file']}  {picture['name']}: logits differ by {row.max().item():.1e} of their rms, probabilities by {moved:.1e}")
    largest = differences.max().item()
    print(f"Largest difference {largest:.2e} of the logits' rms; at most {certificate['bound']:.0e} is allowed ({certificate['precision']}).")
    if not math.isfinite(largest) or largest > certificate["bound"]:
        sys.exit("FAILED: this model does not say here what it said in the browser.")
    print("The same answers.")


if __name__ == "__main__":
    main()
