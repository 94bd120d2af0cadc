"""Sizes that the graph, the scan and the explanations share; free of TensorFlow."""

SPACING_MM = 0.2
"""Pixel spacing of prepared films: every size below counts in such pixels."""
N_FEATURES = 232
"""Channels of the layer `features`: 40, 80 and 112 of blocks 4, 7 and 10."""
CELL_PX = 16
"""One cell of the film head, in prepared pixels: 3.2 mm."""
REGION_CELLS = 6
REGION_PX = REGION_CELLS * CELL_PX
"""A region is 96 x 96 prepared pixels, 19.2 mm square, for every class."""
SURROUNDS = (3, 7)
"""Besides itself, a cell of the film head sees the mean over 3 x 3 and over 7 x 7 cells."""
