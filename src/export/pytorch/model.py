"""The exported model in plain PyTorch: VGG-16's convolutions, the L2 norm where the run had one, and the trained classifier.

    from model import load_model, load_config, to_tensor
    from picture import load_picture
    model, config = load_model("."), load_config(".")
    logits = model(to_tensor([load_picture("cat.jpg", config)], config))

The tensors have torchvision's names, so that they also load into `vgg16()` with `vgg.classifier = torch.nn.Linear(25088, N)` (strictly).
Where config.json's `head.featureNorm` is a number that plain module answers differently: it lacks the norm, which this one has inside.
"""
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

FEATURES = 512 * 7 * 7
WIDTHS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]  # 0 is a 2 x 2 max pooling


def make_features():
    """The 31 layers of torchvision's `features`, named by their place."""
    layers, channels = [], 3
    for width in WIDTHS:
        if width == 0:
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
    return nn.Sequential(*layers)


class Model(nn.Module):
    """Pictures [n, 3, 224, 224], prepared by `to_tensor` -> logits [n, classes]."""

    def __init__(self, classes, norm=None):
        super().__init__()
        self.features = make_features()
        self.classifier = nn.Linear(FEATURES, classes)
        self.norm = norm  # features are scaled to this L2 norm; None leaves them as they are

    def classify(self, features):
        """Features [n, 25088] -> logits. Features that are all zero stay so."""
        if self.norm is not None:
            length = torch.linalg.vector_norm(features, dim=1, keepdim=True)
            tiny = torch.finfo(features.dtype).tiny
            features = features * torch.where(length > 0, self.norm / length.clamp_min(tiny), torch.zeros_like(length))
        return self.classifier(features)

    def forward(self, pictures):
        return self.classify(self.features(pictures).flatten(1))


def load_config(folder):
    return json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))


def load_model(folder, device="cpu", file="model.safetensors"):
    """Ready to predict. Values that lie in the file as float16 are computed with as float32."""
    config = load_config(folder)
    model = Model(len(config["classes"]), config["head"]["featureNorm"])
    tensors = {name: tensor.float() for name, tensor in load_file(Path(folder) / file).items()}
    model.load_state_dict(tensors, strict=True)
    return model.to(device).eval()


def compute_exactly():
    """Graphics cards by NVIDIA round inputs of products to 10 bits unless told otherwise; the page does not."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def to_tensor(pictures, config, device="cpu"):
    """Pictures [224, 224, 3] of bytes -> [n, 3, 224, 224] float32, scaled as the network wants them."""
    pixels = torch.from_numpy(np.stack(pictures)).to(device).permute(0, 3, 1, 2).float()
    mean, std = (torch.tensor(config["input"][name], device=device).view(1, 3, 1, 1) for name in ("mean", "std"))
    return ((pixels / 255 - mean) / std).contiguous()
