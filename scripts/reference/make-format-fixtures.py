"""Small pictures of one drawing in the forms that people's files have, and the colours that each must show.

Run from the project root, with pillow (13.0.0), pillow-heif (1.8.1) and numpy installed:
    python scripts/reference/make-format-fixtures.py
The drawing is ours: four quarters, red, green, blue, yellow. Written to src/ingest/fixtures/formats/, to be committed, with
`formats.json`: for each file its upright width and height, and the colour in the middle of each quarter (left top, right top, left
bottom, right bottom) as Pillow decodes it, turned by EXIF, transparency on white, profiles ignored. Where Pillow's own conversion is
not what the file says (16 bit), the value is worked out here.
"""
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps

OUT = Path(__file__).resolve().parents[2] / "src" / "ingest" / "fixtures" / "formats"
WIDTH, HEIGHT = 48, 32
COLOURS = [(230, 20, 20), (20, 200, 20), (20, 20, 230), (240, 220, 20)]
ORIENTATION = 0x0112
expected: dict[str, dict] = {}


def draw(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    picture = Image.new("RGB", (width, height))
    for i, colour in enumerate(COLOURS):
        left, top = (i % 2) * width // 2, (i // 2) * height // 2
        picture.paste(colour, (left, top, left + width // 2, top + height // 2))
    return picture


def stored(orientation: int, picture: Image.Image) -> Image.Image:
    """The pixels that a camera would store so that a viewer who obeys the tag sees `picture`."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return picture.transpose(undo[orientation]) if orientation in undo else picture


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[ORIENTATION] = orientation
    return block.tobytes()


def quarters(picture: Image.Image) -> list[list[int]]:
    """The colour in the middle of each quarter, transparency on white."""
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    rgb = Image.alpha_composite(white, rgba).convert("RGB")
    w, h = rgb.size
    return [list(rgb.getpixel((x, y))) for y in (h // 4, 3 * h // 4) for x in (w // 4, 3 * w // 4)]


def expect(name: str, picture: Image.Image, colours: list[list[int]] | None = None) -> None:
    expected[name] = {"width": picture.width, "height": picture.height, "colours": colours or quarters(picture)}


def save(name: str, picture: Image.Image, **options) -> None:
    picture.save(OUT / name, **options)
    with Image.open(OUT / name) as again:
        expect(name, ImageOps.exif_transpose(again))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def save_png16(name: str, channels: int) -> None:
    """Pillow writes no RGB of 16 bit. The low byte is noise that must not show."""
    values = np.asarray(draw() if channels == 3 else draw().convert("L")).astype(np.uint32) * 256 + 77
    rows = values.reshape(HEIGHT, -1)
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2 if channels == 3 else 0, 0, 0, 0)
    (OUT / name).write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    )
    plain = draw() if channels == 3 else draw().convert("L")
    expect(name, plain, quarters(plain))


def main() -> None:
    pillow_heif.register_heif_opener()
    OUT.mkdir(parents=True, exist_ok=True)
    picture = draw()
    jpeg = {"quality": 95, "subsampling": 0}
    for orientation in range(1, 9):
        save(f"orientation-{orientation}.jpg", stored(orientation, picture), exif=exif(orientation), **jpeg)
    for orientation in range(2, 9):
        save(f"orientation-{orientation}.webp", stored(orientation, picture), exif=exif(orientation), lossless=True)
        save(f"orientation-{orientation}.png", stored(orientation, picture), exif=exif(orientation))
    save("progressive.jpg", picture, progressive=True, **jpeg)
    save("gray.jpg", picture.convert("L"), **jpeg)
    save("cmyk.jpg", picture.convert("CMYK"), **jpeg)
    save("palette.png", picture.quantize(4))
    transparent = picture.quantize(4)
    save("palette-transparent.png", transparent, transparency=transparent.getpixel((1, 1)))
    save("bilevel.png", picture.convert("L").point(lambda v: 255 * (v > 100)).convert("1"))
    gray_alpha = picture.convert("LA")
    gray_alpha.putalpha(Image.new("L", picture.size, 128))
    save("gray-alpha.png", gray_alpha)
    alpha = picture.convert("RGBA")
    alpha.putalpha(Image.new("L", picture.size, 64))
    save("alpha.png", alpha)
    save("alpha.webp", alpha, lossless=True)
    save_png16("rgb16.png", 3)
    save_png16("gray16.png", 1)
    other = Image.new("RGB", picture.size, (255, 255, 255))
    save("animated.gif", picture.quantize(8), save_all=True, append_images=[other.quantize(8)], duration=100, loop=0)
    save("animated.webp", picture, save_all=True, append_images=[other], duration=100, lossless=True)
    save("animated.png", picture, save_all=True, append_images=[other], duration=100)
    # A profile far from sRGB: red and blue change places. Whoever obeys it shows other colours.
    profile = swapped_profile()
    save("profile.jpg", picture, icc_profile=profile, **jpeg)
    save("profile.png", picture, icc_profile=profile)
    save("profile.webp", picture, icc_profile=profile, lossless=True)
    with Image.open(OUT / "palette.png") as plain:
        plain.load()
    gamma = (OUT / "palette.png").read_bytes()
    at = gamma.index(b"PLTE") - 4
    (OUT / "gamma.png").write_bytes(gamma[:at] + chunk(b"gAMA", struct.pack(">I", 100000)) + gamma[at:])
    expect("gamma.png", Image.open(OUT / "gamma.png"))
    save_heif("plain.heic", picture)
    # A phone turns by `irot` and writes the same turn into EXIF: it counts once.
    save_heif("turned.heic", stored(6, picture), orientation=6)
    save_heif("alpha.heic", alpha)
    save_heif("profile.heic", picture, icc_profile=profile)
    (OUT / "formats.json").write_text(json.dumps(expected, indent=1) + "\n")


def save_heif(name: str, picture: Image.Image, orientation: int = 1, **options) -> None:
    """libheif writes EXIF's turn as `irot` and `imir` too, as phones do."""
    shown = stored(1, draw())
    heif = pillow_heif.from_pillow(picture)
    heif.save(OUT / name, quality=95, chroma=444, exif=exif(orientation) if orientation != 1 else None, **options)
    alpha = picture.mode == "RGBA"
    expect(name, shown, quarters(picture) if alpha else quarters(shown))


def swapped_profile() -> bytes:
    """sRGB's own profile with the red and the blue primary exchanged: small, and never mistaken for no profile."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    tags = {bytes(data[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


if __name__ == "__main__":
    main()
