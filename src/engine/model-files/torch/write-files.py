"""Files as PyTorch itself writes them, for real-torch.test.ts; prints the SHA-256 of each tensor's float32 bytes, by file and name."""
import hashlib
import json
import os
import sys

import torch
from torch import nn

PLAN = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]
torch.manual_seed(1)
torch.set_grad_enabled(False)


def make_features():
    layers, channels = [], 3
    for step in PLAN:
        if step == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(channels, step, 3, padding=1), nn.ReLU(True)]
            channels = step
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """torchvision's vgg16 with a classifier of its own, as the note makes it."""

    def __init__(self, classifier):
        super().__init__()
        self.features, self.avgpool, self.classifier = make_features(), nn.AdaptiveAvgPool2d((7, 7)), classifier

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class Evil:
    def __reduce__(self):
        return os.system, ("touch ran",)


def hashes(tensors):
    return {name: hashlib.sha256(one.float().contiguous().numpy().tobytes()).hexdigest() for name, one in tensors.items()}


def hollow(tensors, change=lambda name, shape: torch.zeros(1).expand(shape)):
    """The same names and shapes over storages of one value."""
    return {name: change(name, one.shape) for name, one in tensors.items()}


model = VGG(nn.Linear(25088, 3)).eval()
state = model.state_dict()
known = {"classifier.0.weight": (4096, 25088), "classifier.0.bias": (4096,), "classifier.3.weight": (4096, 4096)}
known |= {"classifier.3.bias": (4096,), "classifier.6.weight": (1000, 4096), "classifier.6.bias": (1000,)}
answers = {}

# What training loops keep: wrapped by DataParallel, beside an optimizer that has run.
parallel = nn.DataParallel(model).state_dict()
optimizer = torch.optim.SGD([nn.Parameter(torch.ones(3))], lr=0.1, momentum=0.9)
optimizer.param_groups[0]["params"][0].grad = torch.ones(3)
optimizer.step()
torch.save({"epoch": 3, "state_dict": parallel, "optimizer": optimizer.state_dict(), "best": torch.tensor(0.9)}, "checkpoint.pth.tar")
answers["checkpoint.pth.tar"] = hashes(state)

# torchvision's own weights are in the old format, with ImageNet's classifier.
full = {name: one.half() for name, one in state.items() if name.startswith("features")}
answers["legacy.pth"] = hashes(full)
full |= {name: torch.zeros(1).expand(shape) for name, shape in known.items()}
torch.save(full, "legacy.pth", _use_new_zipfile_serialization=False)

brain = {name: one.bfloat16() for name, one in state.items()}
answers["brain.pt"] = hashes(brain)
torch.save({name: one.to(memory_format=torch.channels_last) if one.dim() == 4 else one for name, one in brain.items()}, "brain.pt")

torch.onnx.export(model, torch.zeros(1, 3, 224, 224), "model.onnx", dynamo=False, verbose=False)
answers["model.onnx"] = hashes(state)

torch.save(nn.Sequential(nn.Linear(2, 2)), "module.pt")
torch.save({"state_dict": hollow(state), "hook": Evil()}, "evil.pth")
torch.save(Evil(), "evil-legacy.pth", _use_new_zipfile_serialization=False)
torch.save(hollow(state, lambda name, shape: torch.zeros(1, dtype=torch.float64).expand(shape)), "double.pth")
torch.save(hollow(state, lambda name, shape: torch.full((1,), float("nan" if name == "features.7.bias" else 0)).expand(shape)), "nan.pth")
normed = {f"features.{3 * at}.weight": torch.zeros(1).expand(1, 1, 3, 3) for at in range(13)}
torch.save(normed | {"features.1.running_mean": torch.zeros(64), "features.1.num_batches_tracked": torch.tensor(0)}, "normed.pth")
nineteen = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
torch.save({f"features.{at}.weight": torch.zeros(1).expand(1, 1, 3, 3) for at in nineteen}, "nineteen.pth")
json.dump(answers, sys.stdout)
