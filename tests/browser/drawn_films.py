"""Films whose every level is known, for the viewer's page and its tests."""

import numpy as np

HEIGHT, WIDTH = 4600, 2800
BLOCK = 40
BOARD = (400, 600, 200, 200)
"""Where every second pixel is bright: x, y, width, height."""
SPECK = (2000, 3900, 60, 60)
"""A place that is small on the screen."""
LIGHTER = 5000
"""What the second film is lighter by."""
FOCUS = (200, 400, 2400, 3800)
SPACING_MM = 0.05


def deep_film() -> np.ndarray:
    """Return a 16-bit film whose levels rise by 3 from block to block, finer than 8 bits tell, with the board in it."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    film = (20000 + 3 * ((rows // BLOCK) * (WIDTH // BLOCK) + columns // BLOCK)).astype(np.uint16)
    x, y, width, height = BOARD
    place = slice(y, y + height), slice(x, x + width)
    film[place] = np.where((rows[place] + columns[place]) % 2, 60000, 1)
    return film


def heatmap() -> np.ndarray:
    """Return a heatmap that rises from 0 to 1 over the middle of the film, and is 0 elsewhere."""
    heat = np.zeros((HEIGHT // 10, WIDTH // 10), np.float32)
    heat[100:200, 100:200] = np.linspace(0, 1, 100, dtype=np.float32)
    return heat
