"""Writes src/domain/fixtures/summary/more/*.txt: what torchinfo 1.8.0 prints for shapes, class counts and freezings besides the four
given references. Run: python scripts/reference/summary.py (needs torch, torchinfo==1.8.0; no weights, no memory: meta tensors).
"""
from pathlib import Path
import torch, torchinfo

OUT = Path(__file__).resolve().parents[2] / "src/domain/fixtures/summary/more"
# batch, channels, height, width; classes; how many of the last convolutions are trainable.
# 33 x 63 pixels are 24,948 bytes: they print as 0.03 MB only with the 64 bytes of the storage object, which torchinfo 1.8 counts too.
# 17 x 122 x 447 are 11.125 MB exactly: Python rounds the tie to the even 11.12.
CASES = [
    ((1, 3, 64, 64), 2, 0), ((2, 3, 500, 333), 2, 1), ((1, 3, 224, 224), 40, 5), ((1, 3, 224, 224), 2, 13), ((1, 3, 32, 32), 10, 2),
    ((1, 3, 33, 63), 100, 12), ((1024, 3, 1024, 1024), 2, 0), ((1, 3, 4096, 4096), 10000, 4), ((64, 3, 224, 224), 2, 3), ((17, 3, 122, 447), 2, 0),
]


class VGG(torch.nn.Module):  # the name that torchinfo prints
    def __init__(self, classes):
        super().__init__()
        layers, c = [], 3
        for v in [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]:
            if v: layers += [torch.nn.Conv2d(c, v, 3, padding=1), torch.nn.ReLU(inplace=True)]; c = v
            else: layers += [torch.nn.MaxPool2d(2, 2)]
        self.features = torch.nn.Sequential(*layers)
        self.avgpool = torch.nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = torch.nn.Linear(25088, classes)

    def forward(self, x): return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def table(size, classes, unfrozen):
    with torch.device("meta"): net = VGG(classes)
    convs = [layer for layer in net.features if isinstance(layer, torch.nn.Conv2d)]
    for i, conv in enumerate(convs):
        for p in conv.parameters(): p.requires_grad = i >= len(convs) - unfrozen
    torchinfo.torchinfo.clear_cached_forward_pass()
    text = str(torchinfo.summary(net, size, verbose=0, device="meta"))
    # As in the given references: torchinfo 1.8 prints an enum's name since Python 3.11, and its root line's shape is "--" as in the note.
    text = text.replace("Units.MEGABYTES", "M").replace("Units.GIGABYTES", "G").replace("Units.TERABYTES", "T")
    return text.replace(f"[{size[0]}, {classes}]", "--    ", 1) + "\n"


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for size, classes, unfrozen in CASES:
        (OUT / f"{'-'.join(map(str, size))}.classes-{classes}.unfrozen-{unfrozen}.txt").write_text(table(size, classes, unfrozen))
