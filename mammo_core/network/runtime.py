"""Running the ONNX copy of a network: quick, light, and without TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from mammo_core.errors import BundleError


def _allowed_cores() -> int:
    """Return how many cores this process may use where that is fewer than there are; else 0, for ONNX Runtime to count.

    It counts the machine's, of which a container may have been given a few; where all may be used it knows better, for
    two threads that share a core are slower than one.
    """
    allowed = cv2.getNumberOfCPUs()
    return allowed if allowed < (os.cpu_count() or 1) else 0


class OnnxNetwork:
    """A loaded network. Safe to share between threads.

    Args:
        path: The `model.onnx` of a model folder.
        threads: Threads to compute with; 0 for as many as cores that this process may use.

    Raises:
        BundleError: The file is no ONNX network.
    """

    def __init__(self, path: Path, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or _allowed_cores()
        options.log_severity_level = 3
        # Every film has a shape of its own: patterns kept for each would take half as much memory again, and save none.
        options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise BundleError(
                f"{path.name} could not be loaded as an ONNX network; restore the model folder"
            ) from error

    def run(self, image: np.ndarray, outputs: Sequence[str]) -> dict[str, np.ndarray]:
        """Run one picture and return the outputs asked for.

        Args:
            image: H x W, values 0 to 255, H and W multiples of 32 and at least 96.
            outputs: Some of `features`, `region_logits`, `film_logits`.

        Returns:
            {name: (h, w, channels) float32}.
        """
        return {name: result[0] for name, result in self.run_batch(image[None], outputs).items()}

    def run_batch(self, images: np.ndarray, outputs: Sequence[str]) -> dict[str, np.ndarray]:
        """Run pictures of one size in one pass: as `run`, with n x H x W in and (n, h, w, channels) out."""
        films = np.ascontiguousarray(images, dtype=np.float32)[..., None]
        return dict(zip(outputs, self._session.run(list(outputs), {"film": films}), strict=True))
