"""Training steps in PyTorch, asked line by line: pytorch.py PIXELS COUNT THREADS; each line of input is WAY BATCH.

WAY is `all` (every convolution trained), `block5` (the whole forward, frozen below block 5, as people write it) or `block5-cached` (from
the kept activations before block 5); with `-channels-last` behind it everything lies as PyTorch's own advice for the CPU has it. Answers
each line with the seconds of one step and the loss before its update. PIXELS holds COUNT pictures of 224 x 224 RGB bytes. The head, the
labels and the optimizer are those of train.worker.ts. Needs torch, pillow, numpy and safetensors.
"""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "reference"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from vgg16 import FEATURES, WEIGHTS, load_backbone, load_normalisation, to_tensor  # noqa: E402

BLOCK_5 = 24  # features.24 is its first convolution

pixels, count, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
mean, std = load_normalisation(WEIGHTS)
pictures = np.frombuffer(pixels.read_bytes(), np.uint8).reshape(count, 224, 224, 3)
tensors = torch.stack([to_tensor(Image.fromarray(picture), mean, std) for picture in pictures])


def open_way(way: str, batch: int):
    last = way.endswith("-channels-last")
    layout = torch.channels_last if last else torch.contiguous_format
    way = way.removesuffix("-channels-last")
    net = load_backbone(WEIGHTS).to(memory_format=layout)
    head = torch.nn.Linear(FEATURES, 2)
    with torch.no_grad():
        head.weight.copy_(((torch.arange(2 * FEATURES) * 37 % 101 - 50) / 5000).reshape(2, FEATURES))
        head.bias.zero_()
    if way != "all":
        for parameter in net[:BLOCK_5].parameters():
            parameter.requires_grad = False
    x = tensors[:batch].contiguous(memory_format=layout)
    trained = net
    if way == "block5-cached":
        with torch.no_grad():
            x = net[:BLOCK_5](x).contiguous(memory_format=layout)
        trained = net[BLOCK_5:]
    y = torch.arange(batch) % 2
    optimizer = torch.optim.SGD(
        [parameter for parameter in [*net.parameters(), *head.parameters()] if parameter.requires_grad], lr=1e-5, momentum=0.9
    )

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(head(torch.flatten(trained(x), 1)), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


steps = {}
print(torch.__version__, flush=True)
for line in sys.stdin:
    if line not in steps:
        way, batch = line.split()
        steps[line] = open_way(way, int(batch))
    started = time.perf_counter()
    loss = steps[line]()
    print(time.perf_counter() - started, loss, flush=True)
