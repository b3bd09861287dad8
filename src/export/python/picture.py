"""How a picture's file becomes the 224 x 224 pixels that the network was trained on."""
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIDE = 224
MEAN_COLOUR = (124, 117, 104)  # what `pad` puts beside the picture
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # how Pillow tells that a file is no picture
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif"}

try:  # photos of phones, where pillow-heif is installed
    from pillow_heif import register_heif_opener

    register_heif_opener()
except ImportError:
    pass


def _flatten_transparency(picture):
    """RGB; what is transparent lies on white, as on the page."""
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if not transparent:
        return picture.convert("RGB")
    values = np.asarray(picture.convert("RGBA"), np.float64)
    alpha = values[..., 3:]
    return Image.fromarray(np.floor((values[..., :3] * alpha + 255 * (255 - alpha)) / 255 + 0.5).astype(np.uint8))


def fit(picture, how):
    """224 x 224 by antialiased bilinear resizing: `crop` (the shorter side to 256, then the middle), `squash` or `pad`."""
    width, height = picture.size
    if how == "squash":
        return picture.resize((SIDE, SIDE), Image.BILINEAR)
    if how == "crop":
        size = (256, int(256 * height / width)) if width <= height else (int(256 * width / height), 256)
        left, top = round((size[0] - SIDE) / 2), round((size[1] - SIDE) / 2)
        return picture.resize(size, Image.BILINEAR).crop((left, top, left + SIDE, top + SIDE))
    if how == "pad":
        size = (SIDE, max(1, round(SIDE * height / width))) if width >= height else (max(1, round(SIDE * width / height)), SIDE)
        whole = Image.new("RGB", (SIDE, SIDE), MEAN_COLOUR)
        whole.paste(picture.resize(size, Image.BILINEAR), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
        return whole
    raise ValueError(f"config.json has an unknown fit: {how}")


def load_picture(path, config):
    """A picture's file -> [224, 224, 3] bytes, turned as its EXIF block says and fitted as in training."""
    with Image.open(path) as opened:
        upright = _flatten_transparency(ImageOps.exif_transpose(opened))
    return np.asarray(fit(upright, config["input"]["fit"]))


def find_pictures(paths):
    """Files as given, folders as deep as they go."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS)
        elif path.exists():
            yield path
        else:
            raise SystemExit(f"There is nothing at {path}.")
