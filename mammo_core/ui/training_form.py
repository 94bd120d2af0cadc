"""The Training page's form: what a new run is to be, and its start beside the page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import TrainingError
from mammo_core.network.families.names import FAMILIES, UNET
from mammo_core.training.launch import start_run
from mammo_core.training.run_folder import ExperimentFolder, all_runs, running_now
from mammo_core.training.settings import (
    DataSettings,
    ExperimentSettings,
    FitSettings,
    NetworkSettings,
    check_experiment,
)
from mammo_core.ui.words import training as words

STARTED = "training_started"
"""Session key: the run that this visitor started last."""
_N_STARTED = "training_n_started"
_BLOCKS = 4
_FINE_RATE = 1e-4


def show_form() -> None:
    """Show the form; its button starts a run in a process of its own."""
    name, network, films = st.columns([1, 1.2, 1])
    # A key of its own for each run that is started here: the field then offers the next free name.
    key = f"training_name_{st.session_state.get(_N_STARTED, 0)}"
    chosen_name = name.text_input(words.NAME, _free_name(), help=words.NAME_HELP, key=key)
    backbone = network.selectbox(
        words.NETWORK, list(FAMILIES), format_func=lambda one: FAMILIES[one].title, key="training_network"
    )
    source = films.segmented_control(
        words.SOURCE, list(words.SOURCES), default="mias" if find_mias() else "phantoms", required=True,
        format_func=words.SOURCES.get, help=words.SOURCE_HELP, key="training_source",
    )  # fmt: skip
    chosen_network = _choose_network(backbone)
    data, fit = _choose_rest(backbone, source, chosen_network.trainable_blocks > 0)
    settings = ExperimentSettings(chosen_network, data, fit)
    _notes(settings)
    busy, absent = running_now() is not None, source == "mias" and find_mias() is None
    if st.button(words.START, type="primary", icon=":material/play_arrow:", disabled=busy or absent, key="training_go"):
        _start(chosen_name.strip(), settings)
    if busy or absent:
        st.caption(words.BUSY if busy else words.NO_MIAS)


def _start(name: str, settings: ExperimentSettings) -> None:
    try:
        check_experiment(settings)
        start_run(ExperimentFolder.named(name), settings)
    except (ValueError, TrainingError) as error:
        st.error(str(error), title=words.NOT_STARTED, icon=":material/error:")
        return
    st.session_state[STARTED] = name
    st.session_state[_N_STARTED] = st.session_state.get(_N_STARTED, 0) + 1
    st.rerun()


def _choose_network(backbone: str) -> NetworkSettings:
    if backbone == UNET:
        return NetworkSettings(backbone, "none", 0, 0.0)
    learns, blocks = st.columns([2.2, 1])
    options = [words.HEAD, words.BLOCKS, words.SCRATCH]
    chosen = learns.segmented_control(
        words.LEARNS, options, default=words.HEAD, required=True, help=words.LEARNS_HELP, key="training_learns"
    )
    if chosen == words.SCRATCH:
        return NetworkSettings(backbone, "none")
    if chosen == words.HEAD:
        return NetworkSettings(backbone)
    n = blocks.number_input(words.N_BLOCKS, 1, 11, _BLOCKS, key="training_blocks")
    return NetworkSettings(backbone, trainable_blocks=int(n))


def _choose_rest(backbone: str, source: str, fine: bool) -> tuple[DataSettings, FitSettings]:
    """Return the settings that stand under "more", at sensible values unless somebody changes them."""
    data = DataSettings(source=source)
    with st.expander(words.MORE, icon=":material/tune:"):
        if backbone != UNET:
            picture = st.segmented_control(
                words.PICTURE, list(words.PICTURES), default="region", required=True,
                format_func=words.PICTURES.get, key="training_picture",
            )  # fmt: skip
            data = replace(data, picture=picture)
        first, second, third, fourth = st.columns(4)
        epochs = first.number_input(words.EPOCHS, 1, 1000, FitSettings.epochs, key="training_epochs")
        patience = first.number_input(
            words.PATIENCE, 1, 1000, FitSettings.patience, help=words.PATIENCE_HELP, key="training_patience"
        )
        usual = _FINE_RATE if fine else FitSettings.learning_rate
        rate = second.select_slider(
            words.RATE, [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2], usual, format_func="{:g}".format,
            key=f"training_rate_{fine}",
        )  # fmt: skip
        batch = second.select_slider(words.BATCH, [8, 16, 32, 64], FitSettings.batch_size, key="training_batch")
        balances = [name for name in words.BALANCES if backbone != UNET or name != "sampling"]
        balance = third.selectbox(words.BALANCE, balances, format_func=words.BALANCES.get, key="training_balance")
        augment = third.toggle(words.AUGMENT, True, help=words.AUGMENT_HELP, key="training_augment")
        fold = fourth.number_input(words.FOLD, 0, 4, 0, help=words.FOLD_HELP, key="training_fold")
        seed = fourth.number_input(words.SEED, 0, 2**31 - 1, 0, key="training_seed")
    data = replace(data, balance=balance, augment=augment, fold=int(fold))
    fit = FitSettings(int(epochs), int(batch), float(rate), int(patience), int(seed), _threads())
    return data, fit


def _notes(settings: ExperimentSettings) -> None:
    network = settings.network
    if network.backbone == UNET:
        st.caption(words.UNET_NOTE)
    elif FAMILIES[network.backbone].origin == "keras" and network.weights == "imagenet":
        st.caption(words.DOWNLOAD_NOTE.format(scratch=words.SCRATCH))


def _threads() -> int:
    """Return how many threads a run gets: all cores that may be used but one, which the pages keep."""
    return max(1, cv2.getNumberOfCPUs() - 1)


def _free_name() -> str:
    """Return the first `run-N` that is free."""
    taken = {run.name for run in all_runs()} | {running_now()}
    return next(name for number in range(1, 10_000) if (name := words.NEW_NAME.format(number=number)) not in taken)
