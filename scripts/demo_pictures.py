"""Draw the pictures of the demo exams that stand on the first page: `python -m scripts.demo_pictures`.

They are files of the project because eight films take more than a second to decode, and a server that has just been
started would decode them while its first visitor waits. A test draws them again.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.film.enhance import to_display
from mammo_core.film.load import load_mammogram
from mammo_core.report.pictures import shrink
from mammo_core.ui.demo import picture_file

_HEIGHT_PX, _WIDTH_PX, _GAP_PX = 300, 174, 6
_QUALITY = 90


def main() -> None:
    """Write the pictures of all demo exams."""
    for exam in DEMO_EXAMS:
        picture_file(exam).parent.mkdir(exist_ok=True)
        Image.fromarray(draw(exam)).save(picture_file(exam), quality=_QUALITY)


def draw(exam: str) -> np.ndarray:
    """Return an exam's four films side by side, hung right before left, CC before MLO: H x W uint8."""
    films = [load_mammogram(data) for _, data in demo_files(exam)]
    films.sort(key=lambda film: (film.view or "", film.laterality != "R"))
    pictures = [shrink(to_display(film.pixels, film.bit_depth), _HEIGHT_PX) for film in films]
    return np.hstack([_on_canvas(picture) for picture in pictures])


def _on_canvas(picture: np.ndarray) -> np.ndarray:
    """Bring a picture to one height and width, with a gap at both sides."""
    fitted = picture[:, :_WIDTH_PX]
    right = _WIDTH_PX - fitted.shape[1] + _GAP_PX
    below = _HEIGHT_PX - fitted.shape[0]
    return cv2.copyMakeBorder(fitted, 0, below, _GAP_PX, right, cv2.BORDER_CONSTANT, value=0)


if __name__ == "__main__":
    main()
