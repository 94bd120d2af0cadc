"""Grad-CAM of one region, in closed form: where in the square did the region head find evidence for a class?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mammo_core.errors import BundleError
from mammo_core.explain.explain import gradcam
from mammo_core.network.bundle import ONNX_FILE, Bundle
from mammo_core.network.geometry import REGION_PX
from mammo_core.network.regions import quarter_turns
from mammo_core.reading.scan import RegionScan
from mammo_core.types import LABELS

REGION_HEAD = "region_logits"


def region_cam(scan: RegionScan, target: str, bundle: Bundle) -> np.ndarray:
    """Explain the region that `read_region` reads around a point.

    The region head is linear in `features`, so Grad-CAM's weight of a feature (Selvaraju et al, ICCV 2017: the logit's
    gradient, averaged over the map) is the head's kernel averaged over its cells, and no backward pass is needed. As
    the logits are averaged over the square's eight orientations, so are the features, each turned back.

    Args:
        scan: `scan_region` of the point.
        target: One of `LABELS`.
        bundle: The model that made the scan.

    Returns:
        96 x 96 float32 in [0, 1] over the square of `RegionReading.box`, scaled to its own maximum; all zero where
        there is no evidence for the class.

    Raises:
        ValueError: An unknown class.
        BundleError: The network has no region head.
    """
    if target not in LABELS:
        raise ValueError(f"target must be one of {', '.join(LABELS)}, not {target!r}")
    features = np.mean(turned_back(list(scan.features)), axis=0)
    cells = gradcam(features, region_weights(bundle.folder, target)).astype(np.float32)
    heatmap = cv2.resize(cells, (REGION_PX, REGION_PX), interpolation=cv2.INTER_LINEAR)
    peak = float(heatmap.max())
    return heatmap / peak if peak > 0 else np.zeros_like(heatmap)


@lru_cache(maxsize=2 * len(LABELS))
def region_weights(folder: Path, target: str) -> np.ndarray:
    """Return Grad-CAM's weight of each feature for a class, (232,): the region head's kernel, averaged over cells."""
    return region_kernel(folder / ONNX_FILE)[..., LABELS.index(target)].mean(axis=(0, 1))


@lru_cache(maxsize=2)
def region_kernel(path: Path) -> np.ndarray:
    """Return the region head's weights, (6, 6, 232, 3), from the ONNX copy: reading them needs no TensorFlow.

    Raises:
        BundleError: The network has no region head.
    """
    import onnx  # a third of a second, and only for those who ask

    graph = onnx.load(path).graph
    values = {value.name: value for value in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and REGION_HEAD in node.name and node.input[1] in values:
            return onnx.numpy_helper.to_array(values[node.input[1]]).transpose(2, 3, 1, 0)
    raise BundleError(f"{path.name} has no convolution named {REGION_HEAD}; restore the model folder, or train again")


def turned_back(maps: list[np.ndarray]) -> list[np.ndarray]:
    """Undo `orientations` on maps of the eight crops."""
    upright = [quarter_turns(one)[-(i % 4)] for i, one in enumerate(maps)]
    return upright[:4] + [one[:, ::-1] for one in upright[4:]]
