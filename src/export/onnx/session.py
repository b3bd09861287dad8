"""The exported model in ONNX Runtime.

    from picture import load_picture
    from session import load_config, open_model, predict
    config, model = load_config("."), open_model(".")
    logits, probabilities = predict(model, [load_picture("cat.jpg", config)])
"""
import json
from pathlib import Path

import numpy as np
import onnxruntime


def load_config(folder):
    return json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))


def open_model(folder, provider=None, file="model.onnx"):
    """`provider` is one of onnxruntime.get_available_providers(); the processor unless another is named."""
    return onnxruntime.InferenceSession(Path(folder) / file, providers=[provider or "CPUExecutionProvider"])


def prepare(pictures, config):
    """What model-without-preprocessing.onnx takes: pictures [224, 224, 3] of bytes -> [n, 3, 224, 224] float32."""
    mean, std = (np.array(config["input"][name], np.float32) for name in ("mean", "std"))
    scaled = (np.stack(pictures).astype(np.float32) / np.float32(255) - mean) / std
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def predict(model, pictures):
    """Pictures [224, 224, 3] of bytes -> logits and probabilities [n, classes]."""
    return model.run(["logits", "probabilities"], {"pixels": np.stack(pictures)})
