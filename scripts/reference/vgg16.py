"""VGG-16's features in PyTorch, with the project's own weights and preprocessing. The scripts beside this one use it.

Needs torch, pillow, numpy and safetensors. Nothing here is part of the app: it is the independent answer the app is compared with.
"""
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file

PROJECT = Path(__file__).resolve().parents[2]
WEIGHTS = PROJECT / "public" / "models" / "vgg16"
FEATURES = 512 * 7 * 7
WIDTHS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]  # 0 is a 2 x 2 max pooling


def load_backbone(weights: Path) -> torch.nn.Sequential:
    """The 31 layers of torchvision's `features`, named by their place (convolution 0 is features.0), float16 widened to float32."""
    layers: list[torch.nn.Module] = []
    channels = 3
    for width in WIDTHS:
        if width == 0:
            layers.append(torch.nn.MaxPool2d(2, 2))
        else:
            layers += [torch.nn.Conv2d(channels, width, 3, padding=1), torch.nn.ReLU(inplace=False)]
            channels = width
    backbone = torch.nn.Sequential(*layers)
    tensors: dict[str, torch.Tensor] = {}
    for shard in sorted(weights.glob("*.safetensors")):
        tensors |= load_file(shard)
    backbone.load_state_dict({name.removeprefix("features."): tensor.float() for name, tensor in tensors.items()}, strict=True)
    return backbone.eval()


def load_normalisation(weights: Path) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel (RGB), for pixels in 0..1."""
    given = json.loads((weights / "config.json").read_text())["input"]
    return np.float32(given["mean"]), np.float32(given["std"])


def to_tensor(picture: Image.Image, mean: np.ndarray, std: np.ndarray) -> torch.Tensor:
    """[3, height, width] float32: pixels / 255, minus the mean, over the deviation. No resizing."""
    pixels = np.asarray(picture.convert("RGB"), np.float32) / 255
    return torch.tensor(((pixels - mean) / std).transpose(2, 0, 1).copy())


def fit(picture: Image.Image, mode: str) -> Image.Image:
    """224 x 224 by Pillow's antialiased bilinear resize: `crop` is torchvision's Resize(256) + CenterCrop(224), `squash` ignores the shape."""
    picture = ImageOps.exif_transpose(picture).convert("RGB")
    width, height = picture.size
    if mode == "squash":
        return picture.resize((224, 224), Image.BILINEAR)
    if mode != "crop":
        raise ValueError(f"no such fit: {mode}")
    wide, high = (256, int(256 * height / width)) if width <= height else (int(256 * width / height), 256)
    picture = picture.resize((wide, high), Image.BILINEAR)
    left, top = int(round((wide - 224) / 2)), int(round((high - 224) / 2))
    return picture.crop((left, top, left + 224, top + 224))


def create_lcg(seed: int, shape: list[int]) -> torch.Tensor:
    """Uniform in [-0.5, 0.5): s = (s * 1664525 + 1013904223) mod 2^32, value = s / 2^32 - 0.5 in float64, row-major, then float32."""
    count = int(np.prod(shape))
    values = np.empty(count)
    state = seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[i] = state / 2**32 - 0.5
    return torch.tensor(values.reshape(shape).astype(np.float32))
