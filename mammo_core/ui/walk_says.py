"""Which sentences of the walk are said: chosen by what the model says, never by how the exam ended.

Only `about_truth` knows the truth, and it is asked in the last step alone. Nothing here draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mammo_core.network.bundle import Bundle
from mammo_core.reading.exam_films import suspicion_key
from mammo_core.reading.read_film import doubt_band
from mammo_core.report.percent import percent
from mammo_core.types import BreastReading, ExamReading, FilmReading, Mammogram
from mammo_core.ui.words import walk as words

SCREENED, CANCERS = 1000, 6
"""Women, and those among them with a cancer: about 6 in 1,000 examinations at screening."""
_SAME = 1.15
"""Local contrast that rose less than this is hardly a gain."""


_NEAR = 0.03
"""How near to a threshold a probability has to be for the walk to say that little tips it over."""


def about_films(films: Mapping[str, Mammogram]) -> list[str]:
    """Return what is to be said of films before anybody reads them: {place: film}."""
    known = [film.pixel_spacing_mm for film in films.values() if film.pixel_spacing_mm]
    depth = max(film.bit_depth for film in films.values())
    spacing = words.SPACED.format(mm=known[0]) if len(known) == len(films) else words.SILENT
    return [
        words.FILMS.format(n=len(films), places=", ".join(films)),
        words.DEPTH.format(depth=depth),
        spacing,
        words.LOOK,
    ]


def about_enhancement(figures: Mapping[str, float]) -> list[str]:
    """Return what the enhancement did, from `enhancement_figures`."""
    contrast, noise = figures["contrast_improvement"], figures["noise_amplification"]
    gain = words.GAIN if contrast >= _SAME else words.NO_GAIN
    return [words.ENHANCED, gain.format(contrast=contrast, noise=noise), words.EYE_ONLY]


def about_answer(reading: ExamReading) -> list[str]:
    """Return what the model says of the woman and of which breast."""
    first = words.SAYS[reading.decision] if reading.applicability.inside else words.SAYS_OUTSIDE
    said = [first, _which(reading.breasts)]
    if reading.label != reading.decision:
        share = percent(getattr(reading.probabilities, reading.label))
        said.append(words.NOT_LARGEST.format(label=reading.label, share=share))
    return [*said, words.NOT_SCRIPTED]


def _which(breasts: Sequence[BreastReading]) -> str:
    first, *others = sorted(breasts, key=lambda breast: suspicion_key(breast.probabilities), reverse=True)
    own, side = percent(first.probabilities.malignant), words.SIDES[first.laterality]
    if not others:
        return words.ONE_BREAST.format(side=side, own=own)
    other = percent(others[0].probabilities.malignant)
    return words.ALIKE.format(own=own) if own == other else words.SUSPECT.format(side=side, own=own, other=other)


def about_places(films: Mapping[str, FilmReading], empty: Sequence[str]) -> list[str]:
    """Return what heatmaps and boxes mean here: {place: the film's reading}, and the places whose map is empty."""
    marked = {place: reading.candidates[0] for place, reading in films.items() if reading.candidates}
    said = [words.RELATIVE]
    if marked:
        told = [words.STRENGTH.format(place=place, share=percent(mark.suspicion)) for place, mark in marked.items()]
        said.append(words.STRENGTHS.format(told=", ".join(told)))
        hot = sorted((place for place in marked if place not in empty), key=lambda place: marked[place].suspicion)
        if len(hot) > 1 and percent(marked[hot[0]].suspicion) != percent(marked[hot[-1]].suspicion):
            said.append(words.WEAK_HOT.format(weak=hot[0], strong=hot[-1]))
    else:
        said.append(words.NO_MARKS)
    if empty:
        said.append(words.NO_HEAT.format(places=", ".join(empty)))
    return [*said, words.MANY]


def about_doubt(reading: ExamReading, bundle: Bundle, figures: Mapping[str, dict]) -> tuple[list[str], list[str]]:
    """Return what the model says of its own doubt on this exam, and what was measured on many women.

    Args:
        reading: The exam's.
        bundle: The model.
        figures: `units.woman.figures` of its `metrics.json`.
    """
    band, probability = doubt_band(bundle, "woman"), reading.probabilities.malignant
    share = _exactly(probability)
    here = [words.INSIDE]
    if not reading.applicability.inside:
        alone = words.ALONE[band.decide(reading.probabilities)].format(share=share)
        here = [words.OUTSIDE, *reading.applicability.reasons, alone]
    here.append(words.BAND.format(low=_exactly(band.low), high=_exactly(band.high), share=share))
    if min(abs(probability - band.low), abs(probability - band.high)) < _NEAR:
        here.append(words.NEAR.format(points=round(100 * _NEAR)))
    measured = [
        words.COVERAGE.format(**_figure(figures["coverage"])),
        words.MISSED.format(**_figure(figures["malignant_called_normal"])),
        words.KINDS.format(**_figure(figures["auc_benign_vs_malignant"], share=False)),
        words.INTERVALS,
    ]
    return here, measured


def _exactly(share: float) -> str:
    """Return a share with a decimal, so that one just below a threshold does not read as the threshold."""
    return f"{100 * share:.1f} %"


def about_truth(exam: str, reading: ExamReading | None) -> list[str]:
    """Return how the exam ended, and how that agrees with what the model said."""
    truth = words.TRUTHS[exam]
    said = [
        words.TRUTH_ROW.format(side=words.SIDES[side].capitalize(), what=what, label=label)
        for side, (label, what) in truth.items()
    ]
    sick = [side for side, (label, _) in truth.items() if label == "malignant"]
    return [*said, *(_with_cancer(sick, reading) if sick else _without_cancer(reading)), words.ONE_CASE]


def _with_cancer(sick: Sequence[str], reading: ExamReading | None) -> list[str]:
    if reading is None:
        return [words.UNREAD]
    right = reading.suspect in sick
    if reading.decision == "malignant":
        return [words.FOUND if right or reading.suspect is None else words.FOUND_WRONG]
    if reading.decision == "refer":
        pointed = [] if reading.suspect is None else [words.RIGHT_BREAST if right else words.WRONG_BREAST]
        return [words.REFERRED, *pointed]
    return [words.MISS.format(decision=reading.decision)]


def _without_cancer(reading: ExamReading | None) -> list[str]:
    if reading is None:
        return [words.UNREAD]
    if reading.decision == "refer":
        return [words.REFERRED]
    return [words.FALSE_ALARM if reading.decision == "malignant" else words.CLEARED[reading.decision]]


@dataclass(frozen=True)
class Screening:
    """Women of `SCREENED`: how many fall where, and the sentences that say so."""

    found: int
    missed: int
    alarm: int
    clear: int
    sentences: tuple[str, ...]


def at_screening(figures: Mapping[str, dict]) -> Screening:
    """Return what the model's sensitivity and specificity at its screening threshold mean at screening prevalence.

    Args:
        figures: `units.woman.figures` of the model's `metrics.json`.
    """
    sensitivity, specificity = figures["screening_sensitivity"], figures["screening_specificity"]
    others = SCREENED - CANCERS
    found, alarm = round(CANCERS * sensitivity["value"]), round(others * (1 - specificity["value"]))
    found_low, found_high = (round(CANCERS * share) for share in sensitivity["ci95"])
    alarms_high, alarms_low = (round(others * (1 - share)) for share in specificity["ci95"])
    called = found + alarm
    told = (
        words.SCREENING.format(
            cancers=CANCERS, found=found, found_low=found_low, found_high=found_high, alarms=alarm, others=others,
            alarms_low=alarms_low, alarms_high=alarms_high,
        ),
        words.PPV.format(called=called, found=found, ppv=percent(found / max(called, 1)), missed=CANCERS - found),
        words.IF.format(
            sensitivity=percent(sensitivity["value"]), n_sensitivity=sensitivity["n"],
            specificity=percent(specificity["value"]), n_specificity=specificity["n"],
        ),
    )  # fmt: skip
    return Screening(found, CANCERS - found, alarm, others - alarm, told)


def _figure(entry: dict, share: bool = True) -> dict[str, str | int]:
    form = percent if share else "{:.2f}".format
    low, high = entry["ci95"]
    return {"value": form(entry["value"]), "low": form(low), "high": form(high), "n": entry["n"]}
