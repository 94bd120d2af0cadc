"""Reading one place: the 19 mm square around a point."""

from __future__ import annotations

from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.geometry import REGION_PX
from mammo_core.preprocess import preprocess
from mammo_core.reading.known_films import find_film_id
from mammo_core.reading.read_film import calibration
from mammo_core.reading.scan import RegionScan, scan_region
from mammo_core.reading.scores import as_probabilities, margins
from mammo_core.types import Box, Mammogram, Preprocessed, RegionReading


def read_region(
    mammogram: Mammogram,
    point: tuple[float, float],
    bundle: Bundle | None = None,
    *,
    prepared: Preprocessed | None = None,
    scan: RegionScan | None = None,
) -> RegionReading:
    """Read the 19.2 mm square around a point, by the region head, averaged over its eight orientations.

    Probabilities are calibrated to the study's mix of regions (about a fifth lesions), not to a film's tissue at
    large: they say which of the three kinds of region the square looks like.

    Args:
        mammogram: From `load_mammogram`.
        point: (x, y) in pixels of the original film.
        bundle: The model; None for the active one.
        prepared: `preprocess(mammogram, bundle.config)` where the caller has it already.
        scan: `scan_region(prepared, point, bundle)` where the caller has it already.

    Raises:
        ValueError: The point lies outside the film.
        BreastNotFoundError: No breast could be outlined.
        BundleError: The model folder is not sound.
    """
    height, width = mammogram.pixels.shape
    if not (0 <= point[0] <= width and 0 <= point[1] <= height):
        raise ValueError(f"the point must lie on the film of {width} x {height} pixels, not at {point}")
    bundle = load_bundle() if bundle is None else bundle
    prepared = preprocess(mammogram, bundle.config) if prepared is None else prepared
    scan = scan_region(prepared, point, bundle) if scan is None else scan
    probabilities = calibration(bundle, "region")(margins(scan.logits.mean(axis=0)))
    corner = scan.x - REGION_PX / 2, scan.y - REGION_PX / 2
    box = prepared.box_to_film(Box(*corner, REGION_PX, REGION_PX)).clipped((height, width))
    film_id = find_film_id(mammogram, prepared, bundle)
    return RegionReading(box, as_probabilities(probabilities), bundle.model_id, film_id)
