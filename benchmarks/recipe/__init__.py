"""The recipe that an earlier study found best on these films, as a yardstick for the model that ships.

EfficientNet-Lite0's middle layers with a linear head, averaged with gradient-boosted trees (LightGBM) on hand-made
features as well. Same films, folds, grid and places as our own model, so that both are compared on the same women.
It ranks only: nothing of it is calibrated for use, exported or shipped.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the recipe's committed score files lie."""
