"""The reading of an exam: known from before, or read now with progress; kept in the visitor's own session."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from mammo_core.network.bundle import Bundle
from mammo_core.reading.read_exam import read_exam
from mammo_core.types import ExamReading, Preprocessed
from mammo_core.ui.case import Case, OpenFilm
from mammo_core.ui.words import exam as words

Outlined = Mapping[str, Preprocessed]


def known_exam(case: Case, films: Mapping[str, OpenFilm], outlined: Outlined, bundle: Bundle) -> ExamReading | None:
    """Return the reading of the films that hang, if they were read already."""
    return case.results.get(_key(films, outlined, bundle))


def read_now(
    case: Case,
    films: Mapping[str, OpenFilm],
    outlined: Outlined,
    bundle: Bundle,
    progress: Callable[[float, str], object],
) -> ExamReading:
    """Read the films that hang and could be outlined.

    Args:
        case: Where the reading is kept.
        films: {place: film}.
        outlined: {place: the film prepared}, for at least one of them.
        bundle: The model.
        progress: Called before each film with the share that is done and what is being done.

    Raises:
        MammoError: The model folder is not sound.
    """
    n = len(outlined)

    def work() -> ExamReading:
        return read_exam(
            [films[place].mammogram for place in outlined], bundle, prepared=list(outlined.values()),
            progress=lambda n_read: progress(n_read / n, words.READING.format(i=n_read + 1, n=n)),
        )  # fmt: skip

    return case.results.found_or_made(_key(films, outlined, bundle), work)


def _key(films: Mapping[str, OpenFilm], outlined: Outlined, bundle: Bundle) -> Hashable:
    spacings = tuple(films[place].mammogram.pixel_spacing_mm for place in outlined)
    return "exam", bundle.model_id, tuple((place, films[place].key) for place in outlined), spacings
