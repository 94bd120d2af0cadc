"""One call for every method: where in the film did the model find evidence for a class?

What is explained is the raw logit of the class asked about, averaged over the film's cells where it is highest. The
calibrated probabilities are made from those logits, but are not what is explained. Maps are relative to their own
maximum and say nothing of how strong the evidence is.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.grid import Grid
from mammo_core.preprocess import preprocess
from mammo_core.reading.read_film import scan_film
from mammo_core.types import LABELS, Explanation, Mammogram, Preprocessed

METHODS = ("gradcam", "gradcam++", "layercam", "scorecam", "saliency", "smoothgrad")
"""The first is in closed form and instant; the others run the Keras graph and load TensorFlow on first use."""


def explain(
    mammogram: Mammogram,
    method: str = "gradcam",
    target: str = "malignant",
    bundle: Bundle | None = None,
    *,
    prepared: Preprocessed | None = None,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Explanation:
    """Explain the reading of a film for one class.

    Args:
        mammogram: From `load_mammogram`.
        method: One of `METHODS`.
        target: One of `LABELS`.
        bundle: The model; None for the active one.
        prepared: `preprocess(mammogram, bundle.config)` where the caller has it already.
        progress: Called with a fraction from 0 to 1.

    Raises:
        ValueError: An unknown method or class.
        BreastNotFoundError: No breast could be outlined.
        BundleError: The model folder is not sound.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if target not in LABELS:
        raise ValueError(f"target must be one of {', '.join(LABELS)}, not {target!r}")
    bundle = load_bundle() if bundle is None else bundle
    prepared = preprocess(mammogram, bundle.config) if prepared is None else prepared
    scan = scan_film(prepared, bundle)
    progress(0.0)
    if method == "gradcam":
        relative = gradcam(scan.features, bundle.gradcam_column(target))
    else:
        from mammo_core.explain.keras_methods import keras_map  # TensorFlow: only when asked for

        relative = keras_map(method, target, scan.grid, bundle, progress)
    heatmap = _on_film(relative, scan.grid, prepared)
    progress(1.0)
    return Explanation(method, target, heatmap, not heatmap.any())


def gradcam(features: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the closed-form Grad-CAM map: the feature map weighted by the head's column, negative evidence cut off.

    Equal to Grad-CAM (Selvaraju et al, ICCV 2017) up to a positive factor, because the head is linear: the gradient
    averaged over the map is the column itself.

    Args:
        features: (h, w, c) float.
        column: (c,) float, from `Bundle.gradcam_column`.

    Returns:
        (h, w) float, at least 0.
    """
    return np.maximum(features @ column, 0)


def _on_film(relative: np.ndarray, grid: Grid, prepared: Preprocessed) -> np.ndarray:
    """Return a map of cells or of pixels, cut to the breast and scaled to a maximum of 1, in the film's own frame."""
    canvas = grid.to_film_canvas(relative, prepared.image.shape, fill=0.0)
    canvas *= prepared.breast_mask
    height, width = prepared.film_shape
    heatmap = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_LINEAR)
    peak = float(heatmap.max())
    return np.clip(heatmap / peak, 0, 1).astype(np.float32) if peak > 0 else np.zeros_like(heatmap)
