"""Makes a small square JPEG of whatever picture comes in, alone in a process of its own.

Started as a script: `portrait.py PIXELS SIDE`, the picture on standard input, the JPEG on standard output. It
imports nothing of ours, may use little memory and time, and its answer to a refusal is its exit status: decoders
of pictures have had holes, and a bomb takes only this process with it. Nothing of the file but its pixels passes.
"""

import io
import resource
import sys
from contextlib import suppress

NOT_A_PICTURE, TOO_MANY_PIXELS = 3, 4
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_MEMORY = 1_500_000_000
_SECONDS = 10


def portrait(data: bytes, most_pixels: int, side: int) -> bytes:
    """The middle of the picture as a square; raises OSError, ValueError, OverflowError for what is none."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = most_pixels
    with Image.open(io.BytesIO(data), formats=FORMATS) as found:
        if found.width * found.height > most_pixels:
            raise OverflowError
        found.draft("RGB", (side * 2, side * 2))  # a large JPEG is read small at once
        upright = ImageOps.exif_transpose(found).convert("RGBA")
    square = ImageOps.fit(upright, (side, side), Image.Resampling.LANCZOS)
    paper = Image.new("RGB", (side, side), "white")
    paper.paste(square, mask=square.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _limit() -> None:
    limits = {"RLIMIT_AS": _MEMORY, "RLIMIT_CPU": _SECONDS, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
    for name, most in limits.items():
        with suppress(OSError, ValueError):  # not every system has each of them
            resource.setrlimit(getattr(resource, name), (most, most))


def _main() -> int:
    _limit()
    try:
        made = portrait(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    except OverflowError:
        return TOO_MANY_PIXELS
    except Exception as error:
        return TOO_MANY_PIXELS if type(error).__name__ == "DecompressionBombError" else NOT_A_PICTURE
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
