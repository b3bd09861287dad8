"""Features in PyTorch, asked line by line: pytorch.py PIXELS COUNT THREADS; each line of input is a batch size (at most COUNT).

Answers each line with the seconds of that batch; `features PATH` writes COUNT pictures' features as float32. PIXELS holds COUNT pictures
of 224 x 224 RGB bytes. Needs torch, pillow, numpy and safetensors.
"""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "reference"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from vgg16 import WEIGHTS, load_backbone, load_normalisation, to_tensor  # noqa: E402

pixels, count, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
backbone = load_backbone(WEIGHTS)
mean, std = load_normalisation(WEIGHTS)
pictures = np.frombuffer(pixels.read_bytes(), np.uint8).reshape(count, 224, 224, 3)
tensors = torch.stack([to_tensor(Image.fromarray(picture), mean, std) for picture in pictures])
print(torch.__version__, flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        words = line.split()
        if words[0] == "features":
            Path(words[1]).write_bytes(torch.cat([backbone(one[None]).flatten(1) for one in tensors]).numpy().tobytes())
            print("written", flush=True)
            continue
        batch = tensors[: int(words[0])]
        started = time.perf_counter()
        backbone(batch)
        print(time.perf_counter() - started, flush=True)
