"""The library's own contests: from a file's bytes, or a region's pixels, to an answer with its Grad-CAM."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event

import cv2
import numpy as np
import pydicom

from benchmarks.contest import Contest
from benchmarks.speed_films import films
from mammo_core import explain, load_bundle, load_mammogram, preprocess, read_film, read_region
from mammo_core.explain.explain import METHOD_NAMES, METHODS
from mammo_core.explain.region_cam import region_cam
from mammo_core.film.enhance import enhance
from mammo_core.network.bundle import KERAS_FILE, Bundle
from mammo_core.network.grid import cut_region, lay_out
from mammo_core.network.regions import orientations
from mammo_core.reading.scan import scan_region
from mammo_core.types import LABELS, Mammogram

_TARGET = "malignant"
_VISITORS = 4
_SLOW = ("scorecam", "smoothgrad")


def contests() -> Iterator[Contest]:
    """Yield the contests of regions, films and visitors; those that load TensorFlow come last."""
    bundle = load_bundle()
    opened = {name: load_mammogram(data) for name, data in films().items()}
    for name, data in films().items():
        yield from _film_contests(name, data, opened[name], bundle)
    mammogram = next(iter(opened.values()))
    with ThreadPoolExecutor(_VISITORS) as visitors:
        yield _visitor_contest(mammogram, bundle, visitors)
        yield _beside_contest("scorecam", mammogram, bundle, visitors)
        yield from _region_contests(mammogram, bundle)
        yield _beside_contest("smoothgrad", mammogram, bundle, visitors)
    yield from _method_contests(mammogram, bundle)


def _film_contests(name: str, data: bytes, mammogram: Mammogram, bundle: Bundle) -> Iterator[Contest]:
    prepared = preprocess(mammogram, bundle.config)
    image = lay_out(prepared).image
    eight_bit = (mammogram.pixels >> max(0, mammogram.bit_depth - 8)).astype(np.uint8)
    clahe = cv2.createCLAHE(2.0, (8, 8))
    is_dicom = data[128:132] == b"DICM"
    decode = _pydicom if is_dicom else _opencv

    def floor() -> None:
        decode(data)
        clahe.apply(eight_bit)
        bundle.network.run(image, ["features", "film_logits"])

    yield Contest(
        f"{name}: bytes to reading, map, boxes and Grad-CAM",
        lambda: whole_reading(data, bundle),
        f"{'pydicom' if is_dicom else 'OpenCV'} decodes, CLAHE, bare forward",
        floor,
        1.5 if is_dicom else 2,
    )
    yield Contest(f"{name}: load", lambda: load_mammogram(data), "decode", lambda: decode(data))
    yield Contest(
        f"{name}: prepare for the model",
        lambda: preprocess(mammogram, bundle.config),
        "CLAHE",
        lambda: clahe.apply(eight_bit),
    )
    yield Contest(f"{name}: enhance for the eye", lambda: enhance(mammogram), "CLAHE", lambda: clahe.apply(eight_bit))


def whole_reading(data: bytes, bundle: Bundle) -> None:
    """Go from a file's bytes to the reading with its map, its boxes and its Grad-CAM."""
    mammogram = load_mammogram(data)
    prepared = preprocess(mammogram, bundle.config)
    read_film(mammogram, bundle, prepared=prepared)
    explain(mammogram, "gradcam", _TARGET, bundle, prepared=prepared)


def _visitor_contest(mammogram: Mammogram, bundle: Bundle, visitors: ThreadPoolExecutor) -> Contest:
    """Return what visitors cost each other: together they take no longer than one after another."""
    read = lambda _: read_film(mammogram, bundle)  # noqa: E731
    return Contest(
        f"{_VISITORS} visitors' readings at once",
        lambda: list(visitors.map(read, range(_VISITORS))),
        "one after another",
        lambda: [read(i) for i in range(_VISITORS)],
    )


def _beside_contest(method: str, mammogram: Mammogram, bundle: Bundle, visitors: ThreadPoolExecutor) -> Contest:
    """Return what a visitor's reading costs while another's slow heatmap is worked out."""
    return Contest(
        f"a reading beside another visitor's {METHOD_NAMES[method]}",
        lambda: _beside_long_work(method, mammogram, bundle, visitors),
        "a reading alone",
        lambda: read_film(mammogram, bundle),
    )


class _EnoughError(Exception):
    """Ends the long work that a reading was timed beside."""


def _beside_long_work(method: str, mammogram: Mammogram, bundle: Bundle, visitors: ThreadPoolExecutor) -> float:
    """Return the milliseconds that a reading takes while another thread is in the middle of a slow method."""
    begun, enough = Event(), Event()

    def progress(fraction: float) -> None:
        if enough.is_set():
            raise _EnoughError
        if fraction > 0:
            begun.set()

    other = visitors.submit(explain, mammogram, method, _TARGET, bundle, progress=progress)
    while not begun.wait(1.0):
        if other.done():
            other.result()  # it failed: its error is ours
    start = time.perf_counter()
    read_film(mammogram, bundle)
    took = 1000 * (time.perf_counter() - start)
    enough.set()
    with suppress(_EnoughError):
        other.result()
    return took


def _region_contests(mammogram: Mammogram, bundle: Bundle) -> Iterator[Contest]:
    import keras  # TensorFlow, for the rival only
    from tf_keras_vis.gradcam import Gradcam

    prepared = preprocess(mammogram, bundle.config)
    rows, columns = np.nonzero(prepared.breast_mask)
    middle = columns.mean() * prepared.scale[0], rows.mean() * prepared.scale[1]
    x, y = columns.mean(), rows.mean()
    crops = np.stack(orientations(cut_region(prepared.image, x, y)))
    pictures = crops[..., None].astype(np.float32)
    graph = keras.saving.load_model(bundle.folder / KERAS_FILE, compile=False)
    regions = keras.Model(graph.input, keras.layers.Flatten()(graph.get_layer("region_logits").output))
    gradcam = Gradcam(regions)

    def work() -> None:
        scan = scan_region(prepared, middle, bundle)
        read_region(mammogram, middle, bundle, prepared=prepared, scan=scan)
        region_cam(scan, _TARGET, bundle)

    def rival() -> None:
        regions.predict(pictures, verbose=0)
        gradcam(
            lambda found: found[:, LABELS.index(_TARGET)],
            pictures,
            penultimate_layer="features",
            seek_penultimate_conv_layer=False,
        )

    what = "region to probabilities and Grad-CAM"
    forward = lambda: bundle.network.run_batch(crops, ["features", "region_logits"])  # noqa: E731
    yield Contest(what, work, "bare forward of its eight orientations", forward, 1.5, runs=41)
    yield Contest(what, work, "keras predict and eager tf-keras-vis", rival, 1 / 40, calls=5)


def _method_contests(mammogram: Mammogram, bundle: Bundle) -> Iterator[Contest]:
    """Yield each method of explanation against tf-keras-vis; ours find the film's pass made, as after a reading."""
    import keras

    from benchmarks.keras_vis import keras_vis_method

    keras.config.disable_interactive_logging()  # Score-CAM of tf-keras-vis draws a progress bar into the table
    prepared = preprocess(mammogram, bundle.config)
    grid = lay_out(prepared)
    read_film(mammogram, bundle, prepared=prepared)
    for method in METHODS:
        yield Contest(
            f"{METHOD_NAMES[method]} of a MIAS-sized film",
            partial(explain, mammogram, method, _TARGET, bundle, prepared=prepared),
            "eager tf-keras-vis",
            keras_vis_method(method, _TARGET, grid, bundle),
            runs=3 if method in _SLOW else 9,
        )


def _opencv(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def _pydicom(data: bytes) -> np.ndarray:
    return pydicom.dcmread(io.BytesIO(data)).pixel_array
