"""Pictures of films for the screen and for saving: heatmap layers, overlays, boxes, stamps, PNG bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mammo_core.types import Box, Preprocessed

ENHANCED_STAMP = "enhanced, not for diagnosis"
OVERLAY_STAMP = "research prototype, not for diagnosis"
OVERLAY_OPACITY = 0.45


def shrink(image: np.ndarray, longest_side: int) -> np.ndarray:
    """Return `image` (H x W, any dtype OpenCV resizes) no longer than `longest_side`; smaller ones unchanged."""
    factor = longest_side / max(image.shape[:2])
    if factor >= 1:
        return image
    size = tuple(max(1, round(side * factor)) for side in image.shape[1::-1])
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def shrink_heatmap(heatmap: np.ndarray, longest_side: int) -> np.ndarray:
    """Return a heatmap (h x w float32) no longer than `longest_side`, with the maximum that it had.

    Shrinking takes means, and so would darken what is hot in a few pixels only, until a map looks empty that is not.
    """
    small = shrink(heatmap, longest_side)
    highest = float(small.max())
    return small * np.float32(heatmap.max() / highest) if highest > 0 else small


def box_of_breast(ready: Preprocessed) -> Box:
    """Return the box of a prepared film's breast in pixels of the film, with a little air around it.

    It may reach beyond the film.
    """
    rows, columns = (np.flatnonzero(ready.breast_mask.any(axis)) for axis in (1, 0))
    air = 0.02 * max(ready.breast_mask.shape)
    left, top = columns[0] - air, rows[0] - air
    width, height = columns[-1] + 1 - columns[0] + 2 * air, rows[-1] + 1 - rows[0] + 2 * air
    return ready.box_to_film(Box(left, top, width, height))


def heat_layer(heatmap: np.ndarray) -> np.ndarray:
    """Return a heatmap as a picture to lay over a film: colour by value, transparent where there is none.

    Args:
        heatmap: H x W float32 in [0, 1].

    Returns:
        H x W x 4 uint8 RGBA; the alpha channel is the value.
    """
    levels = np.clip(heatmap * 255, 0, 255).astype(np.uint8)
    colour = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    return np.dstack([colour, levels])


def overlay(film: np.ndarray, heatmap: np.ndarray, opacity: float = OVERLAY_OPACITY) -> np.ndarray:
    """Return a film with a heatmap over it.

    Args:
        film: H x W uint8.
        heatmap: H x W float32 in [0, 1].
        opacity: 0 shows the film alone, 1 the heatmap's full colour at its maximum.

    Returns:
        H x W x 3 uint8 RGB.

    Raises:
        ValueError: Shapes differ, or the opacity is outside [0, 1].
    """
    if film.shape != heatmap.shape:
        raise ValueError(f"film and heatmap must have one shape, not {film.shape} and {heatmap.shape}")
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must be 0 to 1, not {opacity}")
    layer = heat_layer(heatmap)
    alpha = layer[..., 3:].astype(np.float32) / 255 * opacity
    return np.round(film[..., None] * (1 - alpha) + layer[..., :3] * alpha).astype(np.uint8)


def draw_boxes(picture: np.ndarray, boxes: Sequence[Box]) -> np.ndarray:
    """Return an RGB picture (H x W x 3 uint8) with numbered boxes (in its own pixels) drawn in white."""
    picture = picture.copy()
    line = max(1, round(max(picture.shape) / 700))
    scale = max(picture.shape) / 1100
    for box in boxes:
        corner, far = (round(box.x), round(box.y)), (round(box.x + box.width), round(box.y + box.height))
        cv2.rectangle(picture, corner, far, (255, 255, 255), line, cv2.LINE_AA)
    for number, box in enumerate(boxes, start=1):
        spot = (round(box.x) + 4 * line, round(box.y) + round(22 * scale) + 2 * line)
        _write(picture, str(number), spot, scale * 0.7, line)
    return picture


def stamp(picture: np.ndarray, text: str) -> np.ndarray:
    """Return a picture (H x W or H x W x 3, uint8 or uint16) with `text` burnt into its lower left corner."""
    picture = picture.copy()
    height, width = picture.shape[:2]
    (text_width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    scale = 0.45 * width / text_width
    _write(picture, text, (round(width * 0.02), height - round(width * 0.02)), scale, max(1, round(2 * scale)))
    return picture


def encode_png(picture: np.ndarray, text: Mapping[str, str] | None = None) -> bytes:
    """Return a picture as PNG bytes.

    Args:
        picture: H x W uint8 or uint16, H x W x 3 uint8 RGB, or H x W x 4 uint8 RGBA.
        text: What to write into the file's text chunks.
    """
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_text(key, value)
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(out, "PNG", pnginfo=info, compress_level=3)
    return out.getvalue()


def enhanced_png(pixels: np.ndarray, settings: Mapping[str, str] | None = None, bit_depth: int = 12) -> bytes:
    """Return an enhanced film as PNG: marked on the picture and in the file, with the settings that made it.

    Args:
        pixels: H x W uint8, or uint16 (which is spread over all 16 bits, so that viewers show it).
        settings: Named settings, written into the file.
        bit_depth: Bits in use of uint16.
    """
    if pixels.dtype == np.uint16:
        pixels = (pixels.astype(np.uint32) * 65535 // (2**bit_depth - 1)).clip(max=65535).astype(np.uint16)
    return encode_png(stamp(pixels, ENHANCED_STAMP), {"Comment": ENHANCED_STAMP, **(settings or {})})


def overlay_png(film: np.ndarray, heatmap: np.ndarray, opacity: float, boxes: Sequence[Box]) -> bytes:
    """Return a film with heatmap and boxes as PNG, marked as a research prototype's. Arguments as `overlay`."""
    picture = draw_boxes(overlay(film, heatmap, opacity), boxes)
    return encode_png(stamp(picture, OVERLAY_STAMP), {"Comment": OVERLAY_STAMP})


def _write(picture: np.ndarray, text: str, spot: tuple[int, int], scale: float, line: int) -> None:
    """Write white text with a dark rim, in place. OpenCV 5 writes on 8 bits only: deeper pictures get it as a mask."""
    deep = picture.dtype == np.uint16
    for level, width in ((0, 3 * line + 1), (255, line)):
        target = np.zeros(picture.shape[:2], np.uint8) if deep else picture
        colour = 255 if deep else (level,) * (picture.shape[2] if picture.ndim == 3 else 1)
        cv2.putText(target, text, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, width, cv2.LINE_AA)
        if deep:
            picture[target > 127] = level * 257
