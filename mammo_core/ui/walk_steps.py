"""The six steps of the walk, drawn: what is said, and beside it or below it the films."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from mammo_core.reading.read_film import doubt_band
from mammo_core.ui import cards, verbs, walk_says
from mammo_core.ui.exam_films import MARKS, foci
from mammo_core.ui.read_films import marks_of
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.walk_exam import WalkExam, figures_for_women, read_exam_now
from mammo_core.ui.walk_says import Screening
from mammo_core.ui.words import exam as exam_words
from mammo_core.ui.words import read as read_words
from mammo_core.ui.words import walk as words

_CLIP, _TILES = 2.0, 8
NARROW_BLANK = "\u202f"
"""Between a figure and its sign, so that no line breaks there."""
_WALL = {"R": "right", "L": "left"}


def show_step(exam: WalkExam, step: int) -> None:
    """Show a step, from 1; those from the third on read the exam first."""
    if step >= 3:
        trouble = read_exam_now(exam)
        if exam.reading is None:
            st.error(words.NO_READING.format(reason=trouble), title=words.NO_READING_TITLE, icon=":material/error:")
            if step < len(_STEPS):
                return
    _STEPS[step - 1](exam)


def _films(exam: WalkExam) -> None:
    said, pictures = _halves()
    with said:
        _say(walk_says.about_films({place: film.mammogram for place, film in exam.films.items()}))
    with pictures:
        _show(exam, list(exam.films))


def _enhanced(exam: WalkExam) -> None:
    said, pictures = _halves()
    place = next((place for place in exam.films if place.endswith("MLO")), next(iter(exam.films)))
    film = exam.films[place]
    with pictures, st.skeleton(height=420):
        pixels = verbs.enhanced(film, _CLIP, _TILES)
    with said:
        _say(walk_says.about_enhancement(verbs.figures(film, _CLIP, _TILES, exam.bundle.config)) if exam.bundle else ())
    focus, _ = foci(exam.outlined).get(place, (None, ""))
    depth = film.mammogram.bit_depth
    panes = [
        Pane(f"{place}: {read_words.UNTOUCHED}", film.key, film.mammogram.pixels, depth, focus=focus),
        Pane(f"{place}: {read_words.ENHANCED}", film.key, pixels, verbs.depth(pixels), focus=focus),
    ]
    with pictures:
        show_viewer(panes, key="walk_viewer_enhanced", on_phone="swipe")


def _answer(exam: WalkExam) -> None:
    said, pictures = _halves()
    reading, places = exam.reading, list(exam.outlined)
    with said:
        inside = reading.applicability.inside
        cards.show_decision(
            reading.decision, *(exam_words.DECISIONS[reading.decision] if inside else exam_words.OUTSIDE)
        )
        _say(walk_says.about_answer(reading))
        st.markdown(f"## {exam_words.SHARES_TITLE}", help=exam_words.SHARES_HELP)
        cards.show_shares(reading.probabilities, "woman", usual={})
        rows = [
            (exam_words.breast_name(breast.laterality, places[breast.film_index]), breast.probabilities)
            for breast in reading.breasts
        ]
        cards.show_rows(exam_words.BREAST, rows)
    with pictures:
        _show(exam, list(exam.speaking))
        st.caption(words.MLO_ONLY)


def _places(exam: WalkExam) -> None:
    said, pictures = _halves()
    with pictures, st.spinner(exam_words.HEAT):
        heats = {
            place: verbs.heat(exam.films[place], exam.bundle, "gradcam", "malignant", lambda fraction: None)
            for place in exam.speaking
        }
    empty = [place for place, heat in heats.items() if heat.empty]
    with said:
        _say(walk_says.about_places(exam.speaking, empty))
    with pictures:
        _show(exam, list(exam.speaking), {place: heat.heatmap for place, heat in heats.items() if not heat.empty})


def _doubt(exam: WalkExam) -> None:
    said, pictures = _halves()
    here, measured = walk_says.about_doubt(exam.reading, exam.bundle, figures_for_women(exam.bundle.folder))
    band, share = doubt_band(exam.bundle, "woman"), exam.reading.probabilities.malignant
    with said:
        _say(here)
    with pictures:
        st.markdown(f"## {words.BAND_TITLE}")
        st.html(_band(band.low, band.high, share))
        _say(measured)


def _truth(exam: WalkExam) -> None:
    ended, many = st.columns([1, 1.1], gap="large")
    with ended:
        st.markdown(f"## {words.TRUTH_TITLE}")
        _say(walk_says.about_truth(exam.name, exam.reading), key="truth")
        st.caption(words.ARCHIVE)
    if exam.bundle:
        screening = walk_says.at_screening(figures_for_women(exam.bundle.folder))
        with many:
            st.markdown(f"## {words.SCREENING_TITLE}")
            st.html(_dots(screening))
            _say(screening.sentences)


_STEPS = (_films, _enhanced, _answer, _places, _doubt, _truth)


def _halves() -> tuple:
    """Return where stands what is said, and where the pictures; on narrow screens these follow below."""
    return st.container(key="walk_halves").columns([1, 1.9], gap="medium")


def _say(sentences: Sequence[str], key: str = "said") -> None:
    said = "".join(f"<p>{escape(sentence.replace(' %', NARROW_BLANK + '%'))}</p>" for sentence in sentences)
    st.html(f'<div class="walk-said" data-said="{key}">{said}</div>')


def _show(exam: WalkExam, places: Sequence[str], heats: Mapping[str, np.ndarray] | None = None) -> None:
    """Show films as they hang, at one scale; with heatmaps their marks too."""
    focused = foci(exam.outlined)
    panes = []
    for place in places:
        film, (focus, wall) = exam.films[place].mammogram, focused.get(place, (None, _WALL[place[0]]))
        panes.append(
            Pane(
                place, exam.films[place].key, film.pixels, film.bit_depth,
                heatmap=None if heats is None else heats.get(place),
                marks=() if heats is None else marks_of(exam.speaking[place])[:MARKS],
                mirrored=wall != _WALL[place[0]], focus=focus, pixel_spacing_mm=film.pixel_spacing_mm,
                against=_WALL[place[0]],
            )
        )  # fmt: skip
    show_viewer(panes, key=f"walk_viewer_{'heat' if heats is not None else len(panes)}", layouts=("side",))


def _band(low: float, high: float, share: float) -> str:
    """Draw probabilities from 0 to 100 % in three parts, with a pointer."""
    parts = "".join(
        f'<span class="part {kind}" style="width:{100 * width:.2f}%"><b>{escape(name)}</b></span>'
        for kind, name, width in zip(
            ("below", "doubt", "above"), words.BAND_PARTS, (low, high - low, 1 - high), strict=True
        )
    )
    figure = f"{100 * share:.1f} %"
    label = f"{words.BAND_TITLE}: {figure}"
    return (
        f'<div class="walk-band" role="img" aria-label="{escape(label)}"><div class="parts">{parts}</div>'
        f'<i style="left:{100 * share:.2f}%"></i><div class="ends"><span>0 %</span>'
        f'<strong style="left:{100 * share:.2f}%">{figure}</strong><span>100 %</span></div></div>'
    )


def _dots(screening: Screening) -> str:
    """Draw every woman as a dot: filled where called, a ring where not."""
    counts = {"found": screening.found, "missed": screening.missed, "alarm": screening.alarm, "clear": screening.clear}
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    dots = "".join(f'<i class="{kind}"></i>' for kind in kinds)
    legend = "".join(
        f'<span><i class="{kind}"></i>{escape(words.DOTS[kind])}: {count}</span>' for kind, count in counts.items()
    )
    return (
        f'<div class="walk-dots"><div role="img" aria-label="{escape(words.DOTS_ALT.format(**counts))}">{dots}</div>'
        f"<p>{legend}</p></div>"
    )
