"""What the network says of a film is computed once, is the film's own whoever else reads, and ends with the film."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import numpy as np
import pytest

from mammo_core import explain, load_bundle, preprocess, read_film, read_region
from mammo_core.explain.region_cam import region_cam
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.grid import lay_out
from mammo_core.reading.scan import Scan, scan_film, scan_region
from mammo_core.reading.similar import find_similar

SIZES = (320, 384, 448, 512)


class Counting:
    """The released network, counting its passes."""

    def __init__(self, network):
        self._network = network
        self.passes = 0

    def run(self, image, outputs):
        self.passes += 1
        return self._network.run(image, outputs)

    def run_batch(self, images, outputs):
        self.passes += 1
        return self._network.run_batch(images, outputs)


@pytest.fixture(scope="module")
def films():
    """Four films of four sizes."""
    return [replace(draw_phantom(i, size).mammogram, pixel_spacing_mm=0.4) for i, size in enumerate(SIZES)]


@pytest.fixture
def bundle():
    """The released model, whose network counts."""
    bundle = load_bundle()
    bundle.__dict__["network"] = Counting(bundle.network)
    return bundle


@pytest.fixture
def prepared(films, bundle):
    return preprocess(films[0], bundle.config)


def test_a_reading_and_its_gradcam_for_every_class_take_one_pass(films, prepared, bundle):
    read_film(films[0], bundle, prepared=prepared)
    for target in ("normal", "benign", "malignant"):
        explain(films[0], "gradcam", target, bundle, prepared=prepared)
    assert bundle.network.passes == 1


def test_a_regions_reading_its_gradcam_and_its_like_take_one_pass(films, prepared, bundle):
    scan = scan_region(prepared, (120, 160), bundle)
    read_region(films[0], (120, 160), bundle, prepared=prepared, scan=scan)
    region_cam(scan, "malignant", bundle)
    find_similar(films[0], (120, 160), bundle, prepared=prepared, scan=scan)
    assert bundle.network.passes == 1


def test_a_region_among_others_gets_the_answer_that_it_gets_alone(prepared):
    network = load_bundle().network
    crops = np.stack([prepared.image[y : y + 96, 20:116] for y in (60, 90, 120)])
    together = network.run_batch(crops, ["region_logits"])["region_logits"]
    alone = [network.run(crop, ["region_logits"])["region_logits"] for crop in crops]
    assert np.allclose(together, alone, atol=1e-4)


def test_another_model_makes_a_pass_of_its_own(films, prepared, bundle):
    other = load_bundle()
    assert scan_film(prepared, bundle) is scan_film(prepared, bundle)
    assert scan_film(prepared, other).network is other.network


def test_a_scan_is_forgotten_with_its_film(films, bundle):
    prepared = preprocess(films[0], bundle.config)
    scan = weakref.ref(scan_film(prepared, bundle))
    del prepared
    gc.collect()
    assert scan() is None


def test_visitors_who_read_at_the_same_time_get_each_their_own_reading(films):
    bundle = load_bundle()
    alone = [read_film(film, bundle) for film in films]

    def read(i: int) -> tuple[int, np.ndarray, tuple[float, ...]]:
        reading = read_film(films[i % len(films)], bundle)
        return i % len(films), reading.suspicion_map, reading.probabilities

    with ThreadPoolExecutor(6) as visitors:
        for i, suspicion_map, probabilities in visitors.map(read, range(24)):
            assert probabilities == pytest.approx(alone[i].probabilities, abs=1e-4)
            assert np.allclose(suspicion_map, alone[i].suspicion_map, atol=1e-4, equal_nan=True)


def test_a_scan_does_not_wait_for_another_films_scan(prepared):
    class Meeting:
        """A network each of whose passes ends only once another has begun."""

        both = Barrier(2)

        def run(self, image, outputs):
            self.both.wait(timeout=20)
            return {"features": np.zeros((2, 2, 232), np.float32), "film_logits": np.zeros((2, 2, 3), np.float32)}

    scans = [Scan(lay_out(prepared), Meeting()) for _ in range(2)]
    with ThreadPoolExecutor(2) as visitors:
        found = list(visitors.map(lambda scan: scan.margins.shape, scans))
    assert found == [(2, 2, 2)] * 2
