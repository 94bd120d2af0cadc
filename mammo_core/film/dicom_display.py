"""From stored DICOM values to grey values for display.

A stored value has at most 16 bits, so modality LUT, VOI LUT or window, inversion and padding are one table of at most
65,536 entries (the grey scale pipeline of DICOM PS3.4, N.2): exact, quick, and easy on memory.
"""

from __future__ import annotations

import numpy as np
from pydicom import Dataset
from pydicom.uid import UID

from mammo_core.errors import UnreadableImageError
from mammo_core.film.dicom_pixels import Layout, find_layout, stored_values
from mammo_core.film.dicom_tags import is_for_processing, numbers, text, values
from mammo_core.film.tables import look_up

SIGNAL_RANGE = 1000.0
"""The beam is weakened by less than this in any breast; what is darker yet was never in the beam."""


def decode_pixels(dataset: Dataset, syntax: UID) -> tuple[np.ndarray, int, list[str]]:
    """Decode a single grey frame for display.

    Args:
        dataset: The film's tags, with Pixel Data.
        syntax: Its transfer syntax.

    Returns:
        Pixels (H x W uint8 or uint16, dark air by the tags), bits in use, what was done.

    Raises:
        UnreadableImageError: Colour, unsupported depth, truncated, or larger than allowed.
    """
    layout = find_layout(dataset)
    stored, bits_stored = stored_values(dataset, syntax, layout)
    layout = layout._replace(bits_stored=bits_stored)
    steps = [f"{syntax.name}, {bits_stored} bits"]
    if layout.frames > 1:
        steps.append(f"frame {layout.frames // 2 + 1} of {layout.frames} taken")
    table, bits = display_table(dataset, layout, (int(stored.min()), int(stored.max())), steps)
    return look_up(table, stored), bits, steps


def display_table(dataset: Dataset, layout: Layout, used: tuple[int, int], steps: list[str]) -> tuple[np.ndarray, int]:
    """Return the table from stored index to shown value, and the bits of the shown value.

    Args:
        dataset: The film's tags.
        layout: Its layout.
        used: Smallest and largest index that the film holds.
        steps: Gets a sentence for each thing done.

    Returns:
        2**bits_stored entries, uint8 or uint16 in [0, 2**bits - 1], and bits.
    """
    stored = np.arange(2**layout.bits_stored)
    if layout.signed:
        stored = np.where(stored >= 2 ** (layout.bits_stored - 1), stored - 2**layout.bits_stored, stored)
    shown, bits = _modality(dataset, stored.astype(np.float64), layout.bits_stored, steps)
    if is_for_processing(dataset):
        unit = _density(dataset, shown, layout, sorted((shown[used[0]], shown[used[1]])))
        steps.append("a detector's signal (For Processing), shown as the density it met")
    else:
        unit, bits = _presented(dataset, shown, layout, used, bits, steps)
    bits = max(bits, 8)
    table = np.rint(unit * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    padding = _is_padding(dataset, stored)
    if padding is not None:
        table[padding] = 0
        steps.append("padding made black")
    return table, bits


def _presented(
    dataset: Dataset, shown: np.ndarray, layout: Layout, used: tuple[int, int], bits: int, steps: list[str]
) -> tuple[np.ndarray, int]:
    """Return the table of a film that is made for reading, in [0, 1], and the bits it is worth."""
    low, high = float(shown.min()), float(shown.max())
    if lut := next(iter(values(dataset, "VOILUTSequence")), None):
        shown, bits = _look_up(lut, shown)
        low, high = 0.0, 2.0**bits - 1
        steps.append("VOI LUT applied")
    elif (window := _window(dataset, shown)) is not None:
        if window[used[0]] == window[used[1]]:
            steps.append("window left out, as it would blank the film")
        else:
            shown, low, high = window, 0.0, 1.0
            steps.append("window applied")
    unit = (shown - low) / max(high - low, 1e-12)
    if _is_inverted(dataset, layout):
        unit = 1 - unit
        steps.append("inverted after the VOI LUT, as the tags say that low values are bright")
    return unit, bits


def _density(dataset: Dataset, signal: np.ndarray, layout: Layout, used: list[float]) -> np.ndarray:
    """Return the table of a film that holds a detector's signal, in [0, 1]: bright where little came through.

    Pixel Intensity Relationship and its sign (DICOM PS3.3, C.8.11.3.1.2) say what the signal is. The logarithm of a
    linear one follows the thickness it met; a place without signal lies outside the beam and is shown as air.
    """
    low, high = used
    sign = numbers(dataset, "PixelIntensityRelationshipSign") or [1 if layout.photometric == "MONOCHROME1" else -1]
    if sign[0] < 0:
        return ((signal - low) / max(high - low, 1e-12)).clip(0, 1)
    if text(dataset, "PixelIntensityRelationship").upper() == "LOG" or high <= 0:
        return ((high - signal) / max(high - low, 1e-12)).clip(0, 1)
    floor = high / SIGNAL_RANGE
    density = np.log(high / signal.clip(floor, high)) / np.log(SIGNAL_RANGE)
    return np.where(signal < floor, 0.0, density)


def _modality(dataset: Dataset, stored: np.ndarray, bits: int, steps: list[str]) -> tuple[np.ndarray, int]:
    if lut := next(iter(values(dataset, "ModalityLUTSequence")), None):
        steps.append("modality LUT applied")
        return _look_up(lut, stored)
    slope = (numbers(dataset, "RescaleSlope") or [1.0])[0] or 1.0
    intercept = (numbers(dataset, "RescaleIntercept") or [0.0])[0]
    return stored * slope + intercept, bits


def _look_up(lut: Dataset, inputs: np.ndarray) -> tuple[np.ndarray, int]:
    """Apply one item of a LUT sequence (DICOM PS3.3, C.11.1.1): inputs outside the table take its end values."""
    entries, first, bits = (int(value) for value in numbers(lut, "LUTDescriptor"))
    entries = entries or 65536
    if first > 32767 and inputs.min() < 0:  # written unsigned, meant signed
        first -= 65536
    data = lut.LUTData
    if isinstance(data, bytes):
        data = np.frombuffer(data, np.uint8 if len(data) < 2 * entries else "<u2")
    data = np.asarray(data, np.float64).reshape(-1)[:entries]
    if not 8 <= bits <= 16 or len(data) < entries:
        raise UnreadableImageError("A look-up table of the DICOM file is damaged. Export the film again.")
    return np.clip(data[np.clip(inputs - first, 0, entries - 1).astype(int)], 0, 2**bits - 1), bits


def _window(dataset: Dataset, inputs: np.ndarray) -> np.ndarray | None:
    """Apply the first window (DICOM PS3.3, C.11.2.1.2): values in [0, 1], or None where there is no valid window."""
    centre, width = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    function = text(dataset, "VOILUTFunction").upper() or "LINEAR"
    if not centre or not width or width[0] < (1 if function == "LINEAR" else 1e-9):
        return None
    c, w = centre[0], width[0]
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (inputs - c) / w, -700, 700)))
    if function == "LINEAR_EXACT":
        return np.clip((inputs - c) / w + 0.5, 0, 1)
    return np.clip((inputs - (c - 0.5)) / max(w - 1, 1e-9) + 0.5, 0, 1)


def _is_inverted(dataset: Dataset, layout: Layout) -> bool:
    """Tell whether low values are bright: Presentation LUT Shape where given, else the photometric interpretation."""
    shape = text(dataset, "PresentationLUTShape").upper()
    if shape in ("IDENTITY", "INVERSE"):
        return shape == "INVERSE"
    return layout.photometric == "MONOCHROME1"


def _is_padding(dataset: Dataset, stored: np.ndarray) -> np.ndarray | None:
    """Tell which stored values are padding (DICOM PS3.3, C.7.5.1.1.2), or None where the film states none."""
    padding = numbers(dataset, "PixelPaddingValue")
    if not padding:
        return None
    limit = (numbers(dataset, "PixelPaddingRangeLimit") or padding)[0]
    return (stored >= min(padding[0], limit)) & (stored <= max(padding[0], limit))
