"""Features of raw pictures in PyTorch, timed: pytorch.py PIXELS COUNT OUT writes float32 features and prints a line of JSON.

PIXELS holds COUNT pictures of 224 x 224 RGB bytes. Needs torch, pillow, numpy and safetensors.
"""
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "reference"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from vgg16 import WEIGHTS, load_backbone, load_normalisation, to_tensor  # noqa: E402

pixels, count, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
backbone = load_backbone(WEIGHTS)
mean, std = load_normalisation(WEIGHTS)
pictures = np.frombuffer(pixels.read_bytes(), np.uint8).reshape(count, 224, 224, 3)
tensors = [to_tensor(Image.fromarray(picture), mean, std)[None] for picture in pictures]
features, seconds = [], []
with torch.inference_mode():
    backbone(tensors[0])
    for tensor in tensors:
        started = time.perf_counter()
        features.append(backbone(tensor).flatten().numpy())
        seconds.append(time.perf_counter() - started)
out.write_bytes(np.stack(features).astype(np.float32).tobytes())
print(json.dumps({"seconds": seconds, "threads": torch.get_num_threads(), "version": torch.__version__}))
