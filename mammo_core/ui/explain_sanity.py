"""The Explanations page's check by randomised weights: each map again with shuffled weights, in small pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape

import cv2
import streamlit as st

from mammo_core.explain.explain import METHOD_NAMES, on_film
from mammo_core.explain.model import released_model
from mammo_core.film.enhance import to_display
from mammo_core.network.grid import lay_out
from mammo_core.report.pictures import box_of_breast, overlay
from mammo_core.ui.explain_bench import Bench, Map, Subject, Task
from mammo_core.ui.picker import small_picture
from mammo_core.ui.words import explain as words

_PICTURE_PX = 260
_OPACITY = 0.75


@dataclass(frozen=True)
class Checked:
    """One method's check.

    Attributes:
        pictures: {level: small overlay as a data URI}; `""` is the true map.
        ranks: {level: rank correlation with the true map, None where a map is empty}.
        ssims: {level: structural similarity}.
    """

    pictures: dict[str, str]
    ranks: dict[str, float | None]
    ssims: dict[str, float]


def show_sanity(bench: Bench, subject: Subject, target: str, maps: dict[str, Map]) -> None:
    """Show what was checked, and offer to check what was not."""
    st.markdown(words.SANITY_INTRO)
    keys = {method: ("sanity", subject.key, method, target) for method in maps}
    missing = [method for method, key in keys.items() if key not in bench.results and not bench.waits(key)]
    if missing:
        st.button(
            words.SANITY_START, key="explain_sanity", on_click=_ask, args=(bench, subject, target, missing),
            icon=":material/shuffle:", help=words.SANITY_HELP,
        )  # fmt: skip
    checked = {method: found for method, key in keys.items() if (found := bench.results.get(key))}
    if checked:
        st.html(f'<div class="checks">{"".join(_row(*item) for item in checked.items())}</div>')
        st.caption(words.SANITY_HELP_FIGURE)


def _ask(bench: Bench, subject: Subject, target: str, methods: list[str]) -> None:
    for method in methods:
        what = words.SANITY_WORK.format(method=METHOD_NAMES[method])
        bench.ask(Task(("sanity", subject.key, method, target), what, partial(check_map, subject, method, target)))


def check_map(subject: Subject, method: str, target: str, progress: Callable[[float], None]) -> Checked:
    """Check one method on a film (TensorFlow is loaded here)."""
    from mammo_core.explain.sanity import check

    prepared, grid = subject.prepared, lay_out(subject.prepared)
    found = check(method, target, grid, released_model(subject.bundle), progress)
    box = box_of_breast(prepared)
    x, y, right, bottom = (max(0, round(v)) for v in (box.x, box.y, box.x + box.width, box.y + box.height))
    film = to_display(subject.mammogram.pixels, subject.mammogram.bit_depth)[y:bottom, x:right]
    factor = min(1.0, _PICTURE_PX / max(film.shape))
    size = (max(1, round(film.shape[1] * factor)), max(1, round(film.shape[0] * factor)))
    film = cv2.resize(film, size, interpolation=cv2.INTER_AREA)
    pictures = {}
    for level, (relative, _) in found.items():
        heat = cv2.resize(on_film(relative, grid, prepared)[y:bottom, x:right], size, interpolation=cv2.INTER_AREA)
        pictures[level] = small_picture(overlay(film, heat, _OPACITY), _PICTURE_PX)
    likeness = {level: alike for level, (_, alike) in found.items() if level}
    ranks, ssims = ({level: getattr(alike, name) for level, alike in likeness.items()} for name in ("rank", "ssim"))
    return Checked(pictures, ranks, ssims)


def verdict(method: str, ranks: dict[str, float | None]) -> str:
    """Return what a check says of a method, as Markdown."""
    name = METHOD_NAMES[method]
    known = {level: rank for level, rank in ranks.items() if rank is not None}
    if len(known) < len(ranks):
        return words.VERDICT_NONE.format(method=name)
    level, rank = max(known.items(), key=lambda item: item[1])
    worst = words.VERDICT_WORST.format(rank=max(rank, 0.0), level=words.LEVELS[level].lower())
    return next(text for limit, text in words.VERDICTS if rank < limit).format(method=name, worst=worst)


def _row(method: str, checked: Checked) -> str:
    name, _, rest = verdict(method, checked.ranks).removeprefix("**").partition("**")
    figures = "".join(
        f'<figure><img src="{picture}" alt="{escape(METHOD_NAMES[method])}, {escape(_level_name(level))}">'
        f"<figcaption>{escape(_level_name(level))}<b>{escape(_alike(checked, level))}</b></figcaption></figure>"
        for level, picture in checked.pictures.items()
    )
    return f"<section><p><strong>{escape(name)}</strong>{escape(rest)}</p><div>{figures}</div></section>"


def _level_name(level: str) -> str:
    return words.LEVELS[level] if level else words.SANITY_REAL


def _alike(checked: Checked, level: str) -> str:
    if not level:
        return ""
    rank = checked.ranks[level]
    return words.SANITY_UNDEFINED if rank is None else words.SANITY_ALIKE.format(rank=rank, ssim=checked.ssims[level])
