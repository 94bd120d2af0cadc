"""One call for every method: where in the film did the model find evidence for a class?

What is explained is the evidence for the class asked about (a kind of lesion against normal, normal against the
others; see `reading.scores.evidence`), averaged over the film's cells where it is highest. The calibrated probabilities
are made from the same logits, but are not what is explained. Maps are relative to their own maximum and say nothing of
how strong the evidence is.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mammo_core.explain.model import ExplainedModel, released_model
from mammo_core.explain.scorecam import scorecam
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.grid import Grid
from mammo_core.preprocess import preprocess
from mammo_core.reading.scan import Scan, scan_film
from mammo_core.reading.scores import evidence
from mammo_core.types import LABELS, Explanation, Mammogram, Preprocessed

METHODS = ("gradcam", "gradcam++", "layercam", "scorecam", "saliency", "smoothgrad")
"""The first is in closed form and instant. Score-CAM runs the ONNX copy many times. The others need gradients: they run
the Keras graph and load TensorFlow on first use."""
METHOD_NAMES = dict(
    zip(METHODS, ("Grad-CAM", "Grad-CAM++", "LayerCAM", "Score-CAM", "Saliency", "SmoothGrad"), strict=True)
)


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
        progress: Called with a fraction from 0 to 1; may raise to stop the work.

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
    relative = class_maps(method, (target,), scan, released_model(bundle), progress)[0]
    heatmap = on_film(relative, scan.grid, prepared)
    progress(1.0)
    return Explanation(method, target, heatmap, not heatmap.any())


def class_maps(
    method: str,
    targets: tuple[str, ...],
    scan: Scan,
    model: ExplainedModel,
    progress: Callable[[float], None] = lambda fraction: None,
) -> list[np.ndarray]:
    """Return a method's maps for some classes, not yet scaled: one value per cell (CAMs) or per pixel, at least 0.

    Args:
        method: One of `METHODS`.
        targets: Some of `LABELS`; what passes they can share they share.
        scan: The film before the model's network.
        model: What is explained: the released model, or any other.
        progress: Called with a fraction from 0 to 1; may raise to stop the work.
    """
    classes = [LABELS.index(target) for target in targets]
    if method == "saliency":
        from mammo_core.explain.keras_methods import saliency  # TensorFlow: only when asked for

        return list(saliency(model.load_graph(), scan.grid, classes, model.top_cells))
    if method == "smoothgrad":
        from mammo_core.explain.keras_methods import smoothgrad

        return list(smoothgrad(model.load_graph(), scan.grid, classes, model.top_cells, progress))
    if method == "gradcam":
        return [film_gradcam(evidence(scan.logits)[..., k], evidence(model.bias)[k]) for k in classes]
    if method == "scorecam":
        maps = scorecam(scan, model, progress)
        return [maps[k] for k in classes]
    graph, in_breast = model.load_graph(), scan.grid.in_breast
    return [graph.cam(method, scan.features, in_breast, k, model.top_cells) for k in classes]


def film_gradcam(cells: np.ndarray, bias: float) -> np.ndarray:
    """Return the closed-form Grad-CAM map of a film at the layer that its head reads.

    That layer, `context`, holds every cell with its surroundings, and evidence is linear in it: Grad-CAM's sum of maps,
    each weighted by the evidence's mean gradient (Selvaraju et al, ICCV 2017), is up to a positive factor the evidence
    of each cell less the bias. A layer below, at `features`, the weights of a cell and of its surroundings would be
    added up before the sum, and with them goes what tells a lesion from its surroundings.

    Args:
        cells: (h, w) `evidence` for one class in each cell.
        bias: The same of the head's biases.

    Returns:
        (h, w) float, at least 0.
    """
    return np.maximum(cells - bias, 0)


def gradcam(features: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the closed-form Grad-CAM map: the feature map weighted by the head's column, negative evidence cut off.

    Equal to Grad-CAM (Selvaraju et al, ICCV 2017) up to a positive factor, because the head is linear: the gradient
    averaged over the map is the column itself.

    Args:
        features: (h, w, c) float.
        column: (c,) float.

    Returns:
        (h, w) float, at least 0.
    """
    return np.maximum(features @ column, 0)


def on_film(relative: np.ndarray, grid: Grid, prepared: Preprocessed) -> np.ndarray:
    """Return a map of cells or of pixels, cut to the breast and scaled to a maximum of 1, in the film's own frame."""
    canvas = grid.to_film_canvas(relative, prepared.image.shape, fill=0.0)
    canvas *= prepared.breast_mask
    height, width = prepared.film_shape
    heatmap = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_LINEAR)
    peak = heatmap.max()
    return np.divide(heatmap, peak, out=heatmap) if peak > 0 else heatmap
