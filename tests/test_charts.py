"""Colours that stay apart, and figures that say what they show."""

import itertools

import numpy as np
import pytest

from mammo_core.report import palette
from mammo_core.types import DECISIONS

# How the dichromat sees linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHT = {
    "full": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear_rgb(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def luminance(colour: str) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear_rgb(colour))


@pytest.mark.parametrize("sight", SIGHT)
def test_class_colours_stay_apart_for_colour_blind_readers(sight):
    seen = {name: lab(np.array(SIGHT[sight]) @ linear_rgb(c)) for name, c in palette.CLASS_COLOURS.items()}
    for a, b in itertools.combinations(DECISIONS, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > 25, (a, b)


@pytest.mark.parametrize("colour", [*palette.CLASS_COLOURS.values(), palette.TEXT, palette.MUTED, palette.ACCENT])
def test_every_colour_reads_on_the_background(colour):
    assert (luminance(colour) + 0.05) / (luminance(palette.BACKGROUND) + 0.05) > 4.5


def test_every_decision_has_its_own_colour_marker_and_dash():
    for table in (palette.CLASS_COLOURS, palette.CLASS_MARKERS, palette.CLASS_DASHES):
        assert tuple(table) == DECISIONS
        assert len(set(table.values())) == len(DECISIONS)
