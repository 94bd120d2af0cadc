"""Explanations: six methods side by side, whether they depend on what the model learned, and how well they point."""

import streamlit as st

from mammo_core.errors import BundleError, MammoError
from mammo_core.ui import explain_show as show
from mammo_core.ui import verbs
from mammo_core.ui.case import current_case
from mammo_core.ui.door import enter_through_app
from mammo_core.ui.explain_bench import current_bench
from mammo_core.ui.explain_sanity import show_sanity
from mammo_core.ui.explain_scorecard import scorecard, show_sanity_figures, show_scorecard
from mammo_core.ui.read_open import plain
from mammo_core.ui.reader_first import look, subject_of
from mammo_core.ui.steps_films import OPEN, choose_film
from mammo_core.ui.style import apply_style
from mammo_core.ui.words import explain as words
from mammo_core.ui.words.glossary import explained
from mammo_core.ui.words.worklist import EXPLAIN_HIDDEN as READER_HIDDEN

enter_through_app()
apply_style("explain")
st.title(words.TITLE, help=explained("Grad-CAM"))
st.markdown(words.SUMMARY)
card, bundle, subject, maps = scorecard(), None, None, {}
try:
    bundle = verbs.active_bundle()
except BundleError as error:
    st.info(f"{words.NO_MODEL}\n\n{error}", title=verbs.no_model(error)[0], icon=":material/model_training:")

chosen = None
if bundle:
    which, what = st.columns([2.2, 1], gap="medium", vertical_alignment="bottom")
    with which:
        chosen = choose_film("explain")
    with what:
        target = show.choose_target()
if chosen and chosen[0] == OPEN and look(subject_of(current_case().films[chosen[1]])).hidden:
    st.info(READER_HIDDEN, icon=":material/visibility_off:")
    chosen = None
if chosen:
    source, key, film = chosen
    bench = current_bench()
    try:
        with st.spinner(words.PREPARING), st.skeleton(height=560):
            subject = bench.lay((source, key, film.version, bundle.model_id), film, bundle)
            maps = show.maps_of(bench, subject, target)
    except (MammoError, KeyError) as error:
        reason = str(error) if isinstance(error, MammoError) else words.FILM_ABSENT
        st.error(reason, title=words.NOT_EXPLAINED.format(name=plain(film.name)), icon=":material/error:")
if subject:
    show.show_refusal(bench, subject)
    show.show_panes(subject, maps)
    show.show_colour_bar()
    if subject.training_film_id:
        st.caption(words.TRAINING_FILM.format(film_id=subject.training_film_id))
    show.show_work(bench)
    show.show_start(bench, subject, target, maps)
    show.show_cards(bench, subject, target, maps)
    if film.credit:
        st.caption(film.credit)
    st.header(words.SANITY_TITLE)
    show_sanity(bench, subject, target, maps)
    show_sanity_figures(card)
st.header(words.SCORECARD_TITLE, help=explained("Out of fold", "Bootstrap interval"))
show_scorecard(card, bundle.model_id if bundle else None)
