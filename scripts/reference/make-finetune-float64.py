"""A second judge for fine-tuning: PyTorch's gradients of the photos of ../shared/reference/finetune.json in float64.

Run from the project root with torch, pillow, numpy and safetensors installed (made with torch 2.13.0, CPU):
    python scripts/reference/make-finetune-float64.py ../shared/reference
That file holds float32's. Everything trained, single values of the two are up to 5.7e-3 of a tensor's rms apart, because at a few pixels
rounding decides what ReLU or pooling lets pass. Written, to be committed, src/engine/fixtures/finetune-float64.json: of each trained tensor
its l2, its first and its last 16 values.
"""
import json
import sys
from pathlib import Path

import torch
from PIL import Image

from vgg16 import FEATURES, PROJECT, WEIGHTS, create_lcg, load_backbone, load_normalisation, to_tensor


def main() -> None:
    shared = Path(sys.argv[1])
    reference = json.loads((shared / "finetune.json").read_text())
    mean, std = load_normalisation(WEIGHTS)
    x = torch.stack([to_tensor(Image.open(shared / name), mean, std) for name in reference["inputs"]]).double()
    backbone = load_backbone(WEIGHTS).double()
    head = (create_lcg(5, [2, FEATURES]) * 0.02).double()
    loss = torch.nn.functional.cross_entropy(backbone(x).flatten(1) @ head.T, torch.tensor(reference["labels"]))
    loss.backward()
    gradients, worst = {}, 0.0
    for name, parameter in backbone.named_parameters():
        flat = parameter.grad.flatten()
        first, last = flat[:16].tolist(), flat[-16:].tolist()
        given = reference["cases"]["all"]["grads"][f"features.{name}"]
        off = max(abs(a - b) for a, b in zip(first + last, given["first16"] + given["last16"], strict=True))
        worst = max(worst, off / (flat.norm().item() / len(flat) ** 0.5))
        short = lambda values: [float(f"{value:.7e}") for value in values]
        gradients[f"features.{name}"] = {"l2": flat.norm().item(), "first16": short(first), "last16": short(last)}
    made = {"torch": torch.__version__, "precision": "float64", "loss": loss.item(), "grads": gradients}
    (PROJECT / "src" / "engine" / "fixtures" / "finetune-float64.json").write_text(json.dumps(made) + "\n")
    print(f"float32's values are up to {worst:.1e} of rms from these")


if __name__ == "__main__":
    main()
