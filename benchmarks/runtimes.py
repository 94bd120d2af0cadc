"""`python -m benchmarks.runtimes`: the runtime that reads films against another one, on the released ONNX copy.

OpenVINO is not among the project's packages: `pip install openvino` into the environment before, for this only. Films
of ten shapes are run, as they come; docs/speed.md says what was decided upon the figures.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import psutil

from mammo_core import load_bundle, preprocess
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import ONNX_FILE
from mammo_core.network.grid import lay_out
from mammo_core.network.runtime import OnnxNetwork

FILMS, RUNS = 10, 9
OUTPUTS = ["features", "region_logits", "film_logits"]
Run = Callable[[np.ndarray], list[np.ndarray]]


def main() -> int:
    """Print a line for each runtime, and how far the answers are apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    path = str(load_bundle().folder / ONNX_FILE)
    films = [_film(seed) for seed in range(FILMS)]
    regions = np.concatenate([films[0][:, 96 : 96 + 96, k : k + 96] for k in range(0, 128, 16)])
    print(f"{'runtime':<34}{'load':>8}{'new shape':>11}{'film':>8}{'regions':>9}  ms; memory, MB")
    answers = [
        _measure(name, load, path, films, regions)
        for name, load in {"ONNX Runtime": _onnx_runtime, "OpenVINO, float32": _openvino}.items()
    ]
    apart = max(float(np.abs(ours - theirs).max()) for ours, theirs in zip(*answers, strict=True))
    print(f"largest difference of any output: {apart:.1e}")
    return 0


def _measure(
    name: str, load: Callable[[str], Run], path: str, films: list[np.ndarray], regions: np.ndarray
) -> list[np.ndarray]:
    before = psutil.Process().memory_info().rss
    loading, run = _timed(lambda: load(path))
    new_shapes = [_timed(lambda film=film: run(film))[0] for film in films]
    again = statistics.median(_timed(lambda: run(films[0]))[0] for _ in range(RUNS))
    run(regions)
    eight = statistics.median(_timed(lambda: run(regions))[0] for _ in range(RUNS))
    memory = (psutil.Process().memory_info().rss - before) / 2**20
    shape = statistics.median(new_shapes)
    print(f"{name:<34}{loading:8.0f}{shape:11.1f}{again:8.1f}{eight:9.2f}  {memory:.0f}", flush=True)
    return run(films[0])


def _film(seed: int) -> np.ndarray:
    """Return a phantom as network input, 1 x H x W x 1; each seed gives another shape."""
    prepared = preprocess(draw_phantom(seed, 640 + 40 * seed).mammogram)
    return lay_out(prepared).image.astype(np.float32)[None, ..., None]


def _onnx_runtime(path: str) -> Run:
    network = OnnxNetwork(path)
    return lambda film: list(network.run_batch(film[..., 0], OUTPUTS).values())


def _openvino(path: str) -> Run:
    import openvino

    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(path, "CPU", hints)
    outputs = {port.get_any_name(): port for port in model.outputs}
    request = model.create_infer_request()

    def run(film: np.ndarray) -> list[np.ndarray]:
        found = request.infer({0: film})
        return [found[outputs[name]] for name in OUTPUTS]

    return run


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    done = work()
    return 1000 * (time.perf_counter() - start), done


if __name__ == "__main__":
    sys.exit(main())
