"""PyTorch's answers for two of the project's own drawings, so that a fresh clone can prove its backbone without any other picture.

Run from the project root after `npm ci`, with torch, pillow, numpy and safetensors installed (made with torch 2.13.0, CPU, float32):
    python scripts/reference/make-drawings-reference.py
It draws cat 0 and dog 0 at 224 x 224 (scripts/draw-sample.ts), feeds their pixels with no resizing through VGG-16's features with the
weights of public/models/vgg16, and writes, to be committed:
    src/engine/fixtures/drawings-reference.json       each ReLU's and each pooling's shape and, for each picture, mean, rms, max and
                                                      64 values at given places of the flat CHW output; and a head's logits
    src/engine/fixtures/drawings-features.safetensors `features` [2, 25088] float32, CHW order
Run it again whenever the drawings change (drawings.test.ts notices that).
"""
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file

from vgg16 import FEATURES, PROJECT, WEIGHTS, create_lcg, load_backbone, load_normalisation, to_tensor

OUT = PROJECT / "src" / "engine" / "fixtures"
SIZE = 224
PICTURES = [("cat", 0), ("dog", 0)]
PLACES = 64


def draw(folder: Path) -> list[Image.Image]:
    count = 1 + max(index for _, index in PICTURES)
    command = ["npx", "tsx", "scripts/draw-sample.ts", str(folder), "--size", str(SIZE), "--count", str(count)]
    subprocess.run(command, cwd=PROJECT, check=True)
    return [Image.open(folder / kind / f"{kind}.{index}.png").convert("RGB") for kind, index in PICTURES]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pictures = draw(Path(folder))
    inputs = [
        {"kind": kind, "index": index, "size": SIZE, "sha256": hashlib.sha256(picture.tobytes()).hexdigest()}
        for (kind, index), picture in zip(PICTURES, pictures, strict=True)
    ]
    mean, std = load_normalisation(WEIGHTS)
    h = torch.stack([to_tensor(picture, mean, std) for picture in pictures])
    layers = []
    with torch.inference_mode():
        for place, layer in enumerate(load_backbone(WEIGHTS)):
            h = layer(h)
            if isinstance(layer, torch.nn.Conv2d):
                continue
            flat = h.flatten(1)
            at = torch.linspace(0, flat.shape[1] - 1, PLACES).long()
            answers = [
                {"mean": f.mean().item(), "rms": f.pow(2).mean().sqrt().item(), "max": f.max().item(), "values": f[at].tolist()}
                for f in flat
            ]
            layers.append({"layer": f"features.{place}", "kind": type(layer).__name__, "shape": list(h.shape[1:]), "at": at.tolist(), "pictures": answers})
        features = h.flatten(1).contiguous()
        logits = features @ (create_lcg(5, [2, FEATURES]) * 0.02).T
    head = {"W": "lcg(5, [2, 25088]) * 0.02", "b": 0, "lcg": create_lcg.__doc__, "logits": logits.tolist()}
    OUT.mkdir(parents=True, exist_ok=True)
    made = {"torch": torch.__version__, "inputs": inputs, "layers": layers, "head": head}
    (OUT / "drawings-reference.json").write_text(json.dumps(made) + "\n")
    save_file({"features": features}, OUT / "drawings-features.safetensors")


if __name__ == "__main__":
    main()
