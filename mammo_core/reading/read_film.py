"""Reading one film: prepare, scan, calibrate, decide, and say how far to trust it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.geometry import REGION_PX
from mammo_core.network.grid import Grid
from mammo_core.preprocess import preprocess
from mammo_core.reading.applicability import judge
from mammo_core.reading.known_films import Answer, KnownFilm, find_known
from mammo_core.reading.scan import Scan, scan_film
from mammo_core.reading.scores import (
    Calibration,
    DoubtBand,
    as_probabilities,
    film_summary,
    strongest_cells,
)
from mammo_core.types import Box, Candidate, FilmReading, Mammogram, Preprocessed, read_only


def read_film(
    mammogram: Mammogram, bundle: Bundle | None = None, *, prepared: Preprocessed | None = None
) -> FilmReading:
    """Read one film.

    Args:
        mammogram: From `load_mammogram`.
        bundle: The model; None for the active one.
        prepared: `preprocess(mammogram, bundle.config)` where the caller has it already.

    Returns:
        The reading. A film of the training set gets its committed out-of-fold answer instead of the one of a model
        that has seen it.

    Raises:
        BreastNotFoundError: No breast could be outlined.
        BundleError: The model folder is not sound.
    """
    bundle = load_bundle() if bundle is None else bundle
    prepared = preprocess(mammogram, bundle.config) if prepared is None else prepared
    return read_scan(mammogram, prepared, scan_film(prepared, bundle), bundle)


def read_scan(mammogram: Mammogram, prepared: Preprocessed, scan: Scan, bundle: Bundle) -> FilmReading:
    """Return the reading of a film whose scan is there already; see `read_film`."""
    known = find_known(mammogram, prepared, bundle)
    if known is None:
        applicability = judge(mammogram, prepared, scan.features[scan.grid.in_breast], bundle)
        scores = calibration(bundle, "film")(scores_of(scan, bundle))
        answer = Answer(as_probabilities(scores), doubt_band(bundle, "film").decide(scores))
    else:
        applicability, answer = known.applicability, known.answer
    candidates = known.candidates if known and known.candidates else _candidates(scan, prepared, bundle)
    return FilmReading(
        probabilities=answer.probabilities,
        decision=answer.decision if applicability.inside else "refer",
        suspicion_map=read_only(_suspicion_map(scan, prepared, bundle)),
        candidates=tuple(replace(mark, box=mark.box.clipped(prepared.film_shape)) for mark in candidates),
        applicability=applicability,
        warnings=_warnings(mammogram, prepared, known),
        model_id=bundle.model_id,
        training_film_id=known.film_id if known else None,
    )


def scores_of(scan: Scan, bundle: Bundle) -> np.ndarray:
    """Return a film's two scores (2,), before calibration: what breasts and women are scored from too."""
    return film_summary(scan.margins[scan.grid.in_breast], bundle.info["scan"]["top_cells"])


def calibration(bundle: Bundle, of: str) -> Calibration:
    """Return the calibration of `film`, `breast`, `woman`, `region` or `candidate` scores."""
    return Calibration(**bundle.info["calibration"][of])


def doubt_band(bundle: Bundle, unit: str) -> DoubtBand:
    """Return the doubt band of `film`, `breast` or `woman`."""
    return DoubtBand(**bundle.info["doubt_band"][unit])


def _candidates(scan: Scan, prepared: Preprocessed, bundle: Bundle) -> tuple[Candidate, ...]:
    """Return the places to look at, most suspicious first."""
    settings = bundle.info["scan"]
    cells = strongest_cells(
        scan.margins[..., 0], scan.grid.in_breast, settings["n_candidates"], settings["apart_cells"]
    )
    marks = calibration(bundle, "candidate")(np.array([scan.margins[row, column] for column, row in cells]))
    candidates = [
        Candidate(_box_on_film(scan.grid, cell, prepared), as_probabilities(mark))
        for cell, mark in zip(cells, marks, strict=True)
    ]
    return tuple(sorted(candidates, key=lambda candidate: -candidate.suspicion))


def _box_on_film(grid: Grid, cell: np.ndarray, prepared: Preprocessed) -> Box:
    x, y = grid.to_prepared(cell) - REGION_PX / 2
    return prepared.box_to_film(Box(float(x), float(y), REGION_PX, REGION_PX))


def _suspicion_map(scan: Scan, prepared: Preprocessed, bundle: Bundle) -> np.ndarray:
    suspicion = 1 - calibration(bundle, "candidate")(scan.margins)[..., 0]
    canvas = scan.grid.to_film_canvas(suspicion, prepared.image.shape, fill=np.nan)
    canvas[~prepared.breast_mask] = np.nan
    return canvas


def _warnings(mammogram: Mammogram, prepared: Preprocessed, known: KnownFilm | None) -> tuple[str, ...]:
    warnings = list(mammogram.warnings)
    if prepared.spacing_estimated:
        warnings.append(
            f"The file does not say its pixel spacing; {prepared.spacing_mm:.3f} mm was estimated. Sizes may be wrong."
        )
    if known:
        what, rest = ("probabilities, decision and boxes", "heatmaps")
        if not known.candidates:
            what, rest = ("probabilities and decision", "boxes and heatmaps")
        warnings.append(
            f"This film is {known.film_id} of the training set{'' if known.candidates else ', altered'}. Its {what} "
            f"are the out-of-fold ones, by a model that had not seen this woman; {rest} come from the released model, "
            "which has."
        )
    return tuple(warnings)
