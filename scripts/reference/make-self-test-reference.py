"""PyTorch's answers for the self-test that the app runs on every compute path before it is used.

Run from the project root, after make-drawings-reference.py, with torch, numpy and safetensors installed (made with torch 2.13.0, CPU):
    python scripts/reference/make-self-test-reference.py
It takes the features of the drawing cat 0 from src/engine/fixtures/drawings-features.safetensors, makes one training step of a linear head
on 32 pictures made of them, and writes, to be committed, src/engine/self-test/reference.json:
    mask, values   the features without their zeros, base64 of little-endian uint32 (bit i % 32 of word i / 32) and float32
    losses         mean cross-entropy before and after one step of Adam with learning rate 0.001
The pictures, labels and first weights are those of src/engine/self-test/self-test.ts.
"""
import base64
import json

import numpy as np
import torch
from safetensors.torch import load_file

from vgg16 import FEATURES, PROJECT

BATCH = 32
NORM = 10.0


def main() -> None:
    features = load_file(PROJECT / "src" / "engine" / "fixtures" / "drawings-features.safetensors")["features"][0]
    flat = features.numpy()
    held = flat != 0
    words = np.packbits(held, bitorder="little").view("<u4")
    # Row r is the features turned by 784 r places, scaled to one norm; its label is r % 2.
    rows = torch.stack([torch.roll(features, 784 * row) for row in range(BATCH)])
    x = rows * (NORM / features.double().pow(2).sum().sqrt()).float()
    labels = torch.arange(BATCH) % 2
    at = torch.arange(2 * FEATURES, dtype=torch.int64)
    weight = (((at * 7919) % 1009).double() / 1009 - 0.5).mul(0.02).float().reshape(2, FEATURES).requires_grad_()
    bias = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.Adam([weight, bias], lr=0.001)
    losses = []
    for step in range(2):
        loss = torch.nn.functional.cross_entropy(x @ weight.T + bias, labels)
        losses.append(loss.item())
        if step == 0:
            loss.backward()
            optimizer.step()
    reference = {
        "torch": torch.__version__,
        "drawing": {"kind": "cat", "index": 0},
        "mask": base64.b64encode(words.tobytes()).decode(),
        "values": base64.b64encode(flat[held].astype("<f4").tobytes()).decode(),
        "losses": losses,
    }
    (PROJECT / "src" / "engine" / "self-test" / "reference.json").write_text(json.dumps(reference) + "\n")
    print(losses, int(held.sum()))


if __name__ == "__main__":
    main()
