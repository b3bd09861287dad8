"""PyTorch's answers, in float64, for the proof that fine-tuning's kernels pass before they are used (src/engine/self-test/training-proof.ts).

Run from the project root after `npm ci`, with torch, pillow, numpy and safetensors installed (made with torch 2.13.0, CPU):
    python scripts/reference/make-training-reference.py
The batch is the drawing cat 0 and its mirror image, of classes 0 and 1; the head is that of self-test.ts and does not move. Written, to be
committed, src/engine/self-test/training-reference.json:
    settings   of the updates: learning rate by optimizer, weight decay, momentum
    cases      `block5` trains the last three convolutions, `all` every one:
      loss       before any update, mean cross-entropy
      gradients  of each trained tensor: its l2, and 16 values at floor(i (n - 1) / 15) of the flat tensor
      losses     by optimizer, after each update: two for `block5`, one for `all`
It prints how far PyTorch's own float32 is off, which is what a bound has to leave room for.
"""
import json
import tempfile
from pathlib import Path

import torch
from PIL import ImageOps

from importlib import import_module

from vgg16 import FEATURES, PROJECT, WEIGHTS, load_backbone, load_normalisation, to_tensor

draw = import_module("make-drawings-reference").draw

CASES = {"block5": (3, 2), "all": (13, 1)}  # convolutions, updates
RATES = {"sgd": 1e-3, "adam": 1e-5, "adamw": 1e-5}
WEIGHT_DECAY, MOMENTUM, VALUES = 0.01, 0.9, 16


def create_head() -> torch.Tensor:
    """As createTestWeight of self-test.ts, [2, 25088]."""
    at = torch.arange(2 * FEATURES, dtype=torch.int64)
    return (((at * 7919) % 1009).double() / 1009 - 0.5).mul(0.02).float().reshape(2, FEATURES)


def create_optimizer(name: str, tensors: list[torch.Tensor]) -> torch.optim.Optimizer:
    if name == "sgd":
        return torch.optim.SGD(tensors, lr=RATES[name], momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
    return kind(tensors, lr=RATES[name], weight_decay=WEIGHT_DECAY)


def answer(x: torch.Tensor, unfrozen: int, updates: int, optimizer: str, dtype: torch.dtype) -> tuple[dict, list[float]]:
    """The gradients before any update, and the losses before it and after each."""
    backbone = load_backbone(WEIGHTS).to(dtype)
    trained = [name for name, _ in backbone.named_parameters()][-2 * unfrozen :]
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad = name in trained
    tensors = {f"features.{name}": parameter for name, parameter in backbone.named_parameters() if name in trained}
    steps = create_optimizer(optimizer, list(tensors.values()))
    head = create_head().to(dtype)
    gradients, losses = {}, []
    for update in range(updates + 1):
        steps.zero_grad()
        loss = torch.nn.functional.cross_entropy(backbone(x.to(dtype)).flatten(1) @ head.T, torch.tensor([0, 1]))
        losses.append(loss.item())
        if update == updates:
            break
        loss.backward()
        if update == 0:
            for name, tensor in tensors.items():
                flat = tensor.grad.double().flatten()
                at = torch.arange(VALUES) * (len(flat) - 1) // (VALUES - 1)
                gradients[name] = {"l2": flat.norm().item(), "values": flat[at].tolist(), "length": len(flat)}
        steps.step()
    return gradients, losses


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cat = draw(Path(folder))[0]
        mean, std = load_normalisation(WEIGHTS)
        x = torch.stack([to_tensor(picture, mean, std) for picture in (cat, ImageOps.mirror(cat))])
    cases = {}
    for case, (unfrozen, updates) in CASES.items():
        losses = {}
        for optimizer in RATES:
            gradients, all_losses = answer(x, unfrozen, updates, optimizer, torch.float64)
            others, other_losses = answer(x, unfrozen, updates, optimizer, torch.float32)
            losses[optimizer] = all_losses[1:]
            print(case, optimizer, all_losses, "float32 off by", [abs(own - other) for own, other in zip(all_losses, other_losses, strict=True)])
        worst = {"l2": 0.0, "values": 0.0}
        for name, own in gradients.items():
            other = others[name]
            rms = own["l2"] / own.pop("length") ** 0.5
            worst["l2"] = max(worst["l2"], abs(other["l2"] / own["l2"] - 1))
            worst["values"] = max(worst["values"], max(abs(a - b) for a, b in zip(own["values"], other["values"], strict=True)) / rms)
            own["values"] = [float(f"{value:.7e}") for value in own["values"]]
        print(case, "float32 gradients off by", worst)
        cases[case] = {"loss": all_losses[0], "gradients": gradients, "losses": losses}
    settings = {"learningRates": RATES, "weightDecay": WEIGHT_DECAY, "momentum": MOMENTUM}
    reference = {"torch": torch.__version__, "precision": "float64", "settings": settings, "cases": cases}
    (PROJECT / "src" / "engine" / "self-test" / "training-reference.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
