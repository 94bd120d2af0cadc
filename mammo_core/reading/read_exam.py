"""Reading the films of one woman together: each breast against the other, and the woman by both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.preprocess import preprocess
from mammo_core.reading.exam_films import Speakers, choose_speakers, name_film, suspicion_key
from mammo_core.reading.exam_reasons import give_reasons
from mammo_core.reading.known_films import Answer, find_known_woman
from mammo_core.reading.read_film import calibration, doubt_band, read_scan, scores_of
from mammo_core.reading.scan import scan_film
from mammo_core.reading.scores import as_probabilities, breast_summary, woman_summary
from mammo_core.types import Applicability, BreastReading, ExamReading, FilmReading, Mammogram, Preprocessed


def read_exam(
    mammograms: Sequence[Mammogram],
    bundle: Bundle | None = None,
    *,
    prepared: Sequence[Preprocessed] | None = None,
    progress: Callable[[int], None] = lambda n_read: None,
) -> ExamReading:
    """Read the films of one woman's visit, about one to eight of them.

    One MLO film speaks for each breast (see `exam_films.choose_speakers`); its scores are held against those of the
    other breast. Where there is nothing to compare (one breast only, films of different women), a breast's answer is
    its film's own and the woman's is that of her more suspicious breast, and the warnings say so. When a film that
    speaks is outside training, or the films do not belong together, every decision is `refer`.

    Args:
        mammograms: From `load_mammogram`, in any order.
        bundle: The model; None for the active one.
        prepared: `preprocess(mammogram, bundle.config)` of each, where the caller has them already.
        progress: Called with the number of films read so far, before each film.

    Returns:
        The reading. Both films of a woman of the training set get her committed out-of-fold answers.

    Raises:
        ValueError: No film, or as many prepared films as there are not mammograms.
        BreastNotFoundError: No breast could be outlined on one of the films; prepare them first to learn on which.
        BundleError: The model folder is not sound.
    """
    if not mammograms:
        raise ValueError("an exam needs at least one film; none was given")
    bundle = load_bundle() if bundle is None else bundle
    prepared = [preprocess(film, bundle.config) for film in mammograms] if prepared is None else prepared
    if len(prepared) != len(mammograms):
        raise ValueError(f"expected one prepared film for each of {len(mammograms)} films, got {len(prepared)}")
    read = []
    for film, ready in zip(mammograms, prepared, strict=True):
        progress(len(read))
        read.append(_read(film, ready, bundle))
    films = tuple(reading for reading, _ in read)
    speakers = choose_speakers(mammograms, films)
    applicability = _applicability(mammograms, films, speakers)
    together = not speakers.doubts
    answers, answer, woman_id = _answers([read[index] for index in speakers.indices], together, bundle)
    breasts = tuple(
        BreastReading(mammograms[i].laterality, i, own.probabilities, own.decision if applicability.inside else "refer")
        for i, own in zip(speakers.indices, answers, strict=True)
    )
    suspect = max(breasts, key=lambda breast: suspicion_key(breast.probabilities))
    other = next((breast for breast in breasts if breast is not suspect), None)
    spoke = suspect.film_index
    return ExamReading(
        films=films,
        breasts=breasts,
        probabilities=answer.probabilities,
        decision=answer.decision if applicability.inside else "refer",
        suspect=suspect.laterality,
        reasons=give_reasons(suspect, other, films[spoke], prepared[spoke], together and bool(other)),
        warnings=(*_known_warning(woman_id), *speakers.warnings),
        applicability=applicability,
        model_id=bundle.model_id,
        training_woman_id=woman_id,
    )


def _read(mammogram: Mammogram, prepared: Preprocessed, bundle: Bundle) -> tuple[FilmReading, np.ndarray]:
    """Return a film's reading and its two scores; the scan itself is let go."""
    scan = scan_film(prepared, bundle)
    return read_scan(mammogram, prepared, scan, bundle), scores_of(scan, bundle)


def _answers(
    speaking: list[tuple[FilmReading, np.ndarray]], together: bool, bundle: Bundle
) -> tuple[list[Answer], Answer, int | None]:
    """Return each breast's answer, the woman's, and who she is if the model was trained on her.

    Args:
        speaking: Reading and scores of one film or two.
        together: Whether they may be compared.
        bundle: The model.
    """
    films = [film for film, _ in speaking]
    if together and (known := find_known_woman({film.training_film_id for film in films}, bundle)):
        return [known.breasts[film.training_film_id] for film in films], known.answer, known.woman_id
    if together and len(speaking) == 2:
        first, second = (scores for _, scores in speaking)
        breasts = [(first, second), (second, first)]
        own = [_decided("breast", breast_summary(*breast), bundle) for breast in breasts]
        return own, _decided("woman", woman_summary(first, second), bundle), None
    alone = [Answer(film.probabilities, film.decision) for film in films]
    return alone, max(alone, key=lambda answer: suspicion_key(answer.probabilities)), None


def _decided(unit: str, scores: np.ndarray, bundle: Bundle) -> Answer:
    values = calibration(bundle, unit)(scores)
    return Answer(as_probabilities(values), doubt_band(bundle, unit).decide(values))


def _applicability(mammograms: Sequence[Mammogram], films: Sequence[FilmReading], speakers: Speakers) -> Applicability:
    """Return whether every film that speaks is inside training and they belong together; reasons name the film."""
    names: dict[str, list[str]] = {}
    for index in speakers.indices:
        for reason in films[index].applicability.reasons:
            names.setdefault(reason, []).append(name_film(index, mammograms[index]))
    reasons = [*speakers.doubts, *(f"{' and '.join(of)}: {reason}" for reason, of in names.items())]
    return Applicability(not reasons, tuple(reasons))


def _known_warning(woman_id: int | None) -> list[str]:
    if woman_id is None:
        return []
    return [
        f"These are both films of woman {woman_id} of the training set. The answers for her and her breasts are the "
        "out-of-fold ones, by a model that had not seen her."
    ]
