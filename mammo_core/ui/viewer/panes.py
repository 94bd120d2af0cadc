"""What the viewer is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mammo_core.types import Box


@dataclass(frozen=True)
class Mark:
    """A numbered box on a film; a click on it shows what it is.

    Attributes:
        box: In pixels of that pane's film.
        label: What it is, in a few words.
        detail: What a click shows, one or two plain sentences; empty for the label alone.
        sign: What stands in the box's corner instead of its number.
    """

    box: Box
    label: str
    detail: str = ""
    sign: str = ""


@dataclass(frozen=True, eq=False)
class Pane:
    """One view of a film.

    Attributes:
        title: Shown in the corner.
        film_id: Names the film; zoom and window are kept while the films of all panes stay the same.
        pixels: H x W uint8 or uint16 at the film's full size, dark = air; or H x W x 3 uint8 RGB for a picture that is
            drawn upon. The viewer never changes them; keep the same array from run to run, so that what was made of
            it is found again.
        bit_depth: Bits in use, 8 to 16.
        heatmap: h x w float32 in [0, 1] with the film's aspect, laid over the film; None for none.
        colours: What the heatmap's colours stand for, in a word or two below their bar; empty where they are relative
            to the map's own maximum, which the bar then says.
        marks: Numbered boxes, from 1.
        mirrored: Show the film flipped left to right; boxes and events stay in the film's own pixels.
        focus: What fills the pane at first, in film pixels; None for the whole film. Panes are zoomed and moved
            together relative to it.
        pixel_spacing_mm: Millimetres per pixel; None where it is not known, and then nothing is shown in millimetres.
        against: The side of the pane that the focus is put against (None: it is centred). Films hung back to back meet
            without a gap: right breasts against `right`, left ones against `left`. Then a phone shows the panes two in
            a row rather than a swipe apart.
    """

    title: str
    film_id: str
    pixels: np.ndarray
    bit_depth: int
    heatmap: np.ndarray | None = None
    colours: str = ""
    marks: Sequence[Mark] = ()
    mirrored: bool = False
    focus: Box | None = None
    pixel_spacing_mm: float | None = None
    against: Literal["left", "right"] | None = None

    def __post_init__(self) -> None:
        grey = self.pixels.ndim == 2 and self.pixels.dtype in (np.uint8, np.uint16)
        colour = self.pixels.ndim == 3 and self.pixels.shape[2] == 3 and self.pixels.dtype == np.uint8
        if not (grey or colour):
            raise ValueError(
                f"pixels must be H x W uint8 or uint16, or H x W x 3 uint8, not {self.pixels.shape} {self.pixels.dtype}"
            )
        if not 8 <= self.bit_depth <= 8 * self.pixels.dtype.itemsize:
            raise ValueError(f"bit_depth must be 8 to the bits of {self.pixels.dtype}, not {self.bit_depth}")


@dataclass(frozen=True)
class ViewerEvent:
    """A rectangle that the visitor drew: on which pane (from 0), and where, in pixels of that pane's film."""

    pane: int
    region: Box
