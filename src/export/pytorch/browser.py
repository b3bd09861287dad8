"""The page's own chance: the same seed gives the same order, first weights, split and changes of training pictures as there."""
import hashlib
import math

import numpy as np

FEATURES = 512 * 7 * 7
WORD = 0xFFFFFFFF


def hash_text(text, seed):
    """MurmurHash3 (x86, 32 bit) over the text's UTF-16 code units, each taken as one block."""
    units = memoryview(text.encode("utf-16-le")).cast("H")
    value = seed & WORD
    for unit in units:
        block = unit * 0xCC9E2D51 & WORD
        block = (block << 15 | block >> 17) & WORD
        value ^= block * 0x1B873593 & WORD
        value = (value << 13 | value >> 19) & WORD
        value = (value * 5 + 0xE6546B64) & WORD
    value ^= len(units)
    value = (value ^ value >> 16) * 0x85EBCA6B & WORD
    value = (value ^ value >> 13) * 0xC2B2AE35 & WORD
    return value ^ value >> 16


class Chance:
    """The stream of a seed for one named purpose: xoroshiro128+."""

    def __init__(self, seed, purpose):
        first, second, third = (hash_text(f"{word}:{purpose}", seed) for word in "abc")
        fourth = hash_text(f"d:{purpose}", seed) | 1
        self._low, self._high = second | first << 32, fourth | third << 32

    def _next(self):
        low, high = self._low, self._high
        out = (low + high) & WORD
        high ^= low
        long = (1 << 64) - 1
        self._low = ((low << 24 | low >> 40) ^ high ^ high << 16) & long
        self._high = (high << 37 | high >> 27) & long
        return out

    def uniform(self):
        """In [0, 1), a multiple of 2^-53."""
        upper = self._next() & 0x3FFFFFF
        return upper * 2.0**-26 + (self._next() & 0x7FFFFFF) * 2.0**-53

    def shuffle(self, items):
        ranked = [(self.uniform(), item) for item in items]
        return [item for _, item in sorted(ranked, key=lambda one: one[0])]


def create_head(classes, seed):
    """PyTorch's default initialisation, drawn as the page draws it: weight [classes, 25088] and bias [classes], float32."""
    chance, bound = Chance(seed, "head weights"), 1 / math.sqrt(FEATURES)
    draw = lambda count: np.array([(2 * chance.uniform() - 1) * bound for _ in range(count)], np.float32)
    return draw(classes * FEATURES).reshape(classes, FEATURES), draw(classes)


def order_of_epoch(samples, seed, epoch):
    return Chance(seed, f"order of epoch {epoch}").shuffle(samples)


def content_id(content):
    """The page's id of a picture: of its file's bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


def choose_validation(ids, share, seed):
    """Which of one class's pictures validate, as the page draws them: rounded, at least one of two and never all."""
    start = hash_text("val", seed)
    ranked = sorted(ids, key=lambda one: (hash_text(one, start), one))
    count = 0 if len(ids) < 2 else min(len(ids) - 1, max(1, math.floor(len(ids) * share + 0.5)))
    return set(ranked[:count])


def change_picture(pixels, augmentation, seed, epoch, sample_id):
    """A training picture [224, 224, 3] as the page shows it in this epoch."""
    drawn = _draw(augmentation, Chance(seed, f"change of {sample_id} in epoch {epoch}"))
    out = _recolour(_warp(pixels, drawn), drawn)
    if drawn["erased"] is not None:
        size = len(out)
        left, top, width, height = (math.floor(part * size + 0.5) for part in drawn["erased"])
        out[top : top + height, left : left + width] = (124, 116, 104)
    return out


def _draw(augmentation, chance):
    mirrored = chance.uniform() < 0.5 and augmentation["flip"]
    side = 1 - augmentation["crop"] * chance.uniform()
    centre = [side / 2 + (1 - side) * chance.uniform() for _ in range(2)]
    angle = (2 * chance.uniform() - 1) * augmentation["rotation"] * math.pi / 180
    factors = [1 + (2 * chance.uniform() - 1) * augmentation["colour"] for _ in range(3)]
    is_erased = chance.uniform() < augmentation["erase"]
    area = 0.02 + (0.2 - 0.02) * chance.uniform()
    shape = math.exp(math.log(0.3) + math.log(3.3 / 0.3) * chance.uniform())
    width, height = min(1, math.sqrt(area * shape)), min(1, math.sqrt(area / shape))
    left, top = (1 - width) * chance.uniform(), (1 - height) * chance.uniform()
    erased = (left, top, width, height) if is_erased else None
    return {"mirrored": mirrored, "side": side, "centre": centre, "angle": angle, "factors": factors, "erased": erased}


def _warp(pixels, drawn):
    """Mirrors, crops and turns in one bilinear pass; beyond its edge the picture goes on as its edge."""
    side, angle = drawn["side"], drawn["angle"]
    if not drawn["mirrored"] and side == 1 and angle == 0:
        return pixels.copy()
    size = len(pixels)
    half = (size - 1) / 2
    cos, sin = math.cos(angle) * side, math.sin(angle) * side
    across = np.arange(size)[None, :] - half
    across = -across if drawn["mirrored"] else across
    down = np.arange(size)[:, None] - half
    x = np.clip(drawn["centre"][0] * size - 0.5 + across * cos - down * sin, 0, size - 1)
    y = np.clip(drawn["centre"][1] * size - 0.5 + across * sin + down * cos, 0, size - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, below = np.minimum(left + 1, size - 1), np.minimum(top + 1, size - 1)
    share_x, share_y = (x - left)[..., None], (y - top)[..., None]
    values = pixels.astype(np.float64)
    upper = values[top, left] * (1 - share_x) + values[top, right] * share_x
    lower = values[below, left] * (1 - share_x) + values[below, right] * share_x
    return np.floor(upper * (1 - share_y) + lower * share_y + 0.5).astype(np.uint8)


def _recolour(pixels, drawn):
    """Brightness, then contrast about the mean grey, then saturation about each pixel's grey."""
    brightness, contrast, saturation = drawn["factors"]
    if (brightness, contrast, saturation) == (1, 1, 1):
        return pixels
    values = pixels.astype(np.float64)
    grey_before = 0.299 * values[..., 0] + 0.587 * values[..., 1] + 0.114 * values[..., 2]
    mean = grey_before.mean() * brightness
    grey = (mean + contrast * (grey_before * brightness - mean))[..., None]
    value = mean + contrast * (values * brightness - mean)
    return np.clip(np.floor(grey + saturation * (value - grey) + 0.5), 0, 255).astype(np.uint8)
