"""DICOM films: every transfer syntax gives the same pixels, tags are understood, everything else is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import gdcm
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_voi_lut
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
)

from benchmarks.not_mammograms import DRAWINGS
from mammo_core import load_mammogram
from mammo_core.errors import ImageError, NotAMammogramError, UnreadableImageError
from mammo_core.film import dicom, dicom_pixels
from mammo_core.film.dicom_pixels import find_layout, stored_values
from mammo_core.mias.phantom import draw_phantom
from mammo_core.types import pixel_digest

FILM = draw_phantom(1, 256, artefacts=False, laterality="L").mammogram.pixels[:, :200].copy()
TWELVE = FILM.astype(np.uint16) * 16 + 8
PYDICOMS_OWN = Path(pydicom.__file__).parent / "data" / "test_files"
"""Files of many makers in pydicom's wheel (its own look-up would download what it does not find)."""
DIGITAL_MAMMOGRAPHY = "1.2.840.10008.5.1.4.1.1.1.2"


def film(pixels: np.ndarray = TWELVE, bits: int = 12, **tags: object) -> Dataset:
    """Return a minimal mammogram data set, with `tags` set or, where None, left out."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = DIGITAL_MAMMOGRAPHY
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3"
    made.Modality = "MG"
    made.PatientName = made.PatientID = "Secret"
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit = 8 * pixels.itemsize, bits, bits - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OW" if pixels.itemsize == 2 else "OB"
    for keyword, value in tags.items():
        if value is None:
            delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    return made


def item(**tags: object) -> Dataset:
    made = Dataset()
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return made


def written(made: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    stream = io.BytesIO()
    made.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian and made.BitsAllocated == 16 and not getattr(made, "swapped", False):
        made.PixelData = np.frombuffer(made.PixelData, np.uint16).byteswap().tobytes()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def transcoded(data: bytes, syntax: int, folder: Path) -> bytes:
    """Return the file in another transfer syntax, encoded by GDCM."""
    source, target = str(folder / "in.dcm"), str(folder / "out.dcm")
    Path(source).write_bytes(data)
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(source)
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(target)
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return Path(target).read_bytes()


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
    ids=lambda uid: uid.keyword,
)
def test_native_syntaxes_give_the_stored_pixels(syntax: str):
    read = load_mammogram(written(film(), syntax))
    assert (read.digest, read.bit_depth, read.pixels.dtype) == (pixel_digest(TWELVE), 12, np.uint16)


LOSSLESS = [
    "RLELossless",
    "JPEGLosslessProcess14",
    "JPEGLosslessProcess14_1",
    "JPEGLSLossless",
    "JPEGLSNearLossless",
    "JPEG2000Lossless",
    "JPEG2000",
]
DEPTHS = {
    "8 bits": (FILM, 8),
    "10 bits": (FILM.astype(np.uint16) * 4, 10),
    "12 bits": (TWELVE, 12),
    "16 bits": (FILM.astype(np.uint16) * 257, 16),
}


@pytest.mark.parametrize("name", LOSSLESS)
@pytest.mark.parametrize(("pixels", "bits"), DEPTHS.values(), ids=DEPTHS)
def test_compressed_syntaxes_give_the_stored_pixels(name: str, pixels: np.ndarray, bits: int, tmp_path: Path):
    data = transcoded(written(film(pixels, bits)), getattr(gdcm.TransferSyntax, name), tmp_path)
    read = load_mammogram(data)
    assert (read.digest, read.bit_depth, read.pixels.dtype) == (pixel_digest(pixels), bits, pixels.dtype)


@pytest.mark.parametrize("name", ["JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless", "RLELossless"])
@pytest.mark.parametrize("bits", [12, 16])
def test_signed_pixels_come_out_shifted_to_zero(name: str, bits: int, tmp_path: Path):
    unsigned = FILM.astype(np.int32) << (bits - 8)
    data = written(film((unsigned - 2 ** (bits - 1)).astype(np.int16), bits))
    for form in (data, transcoded(data, getattr(gdcm.TransferSyntax, name), tmp_path)):
        assert np.array_equal(load_mammogram(form).pixels, unsigned)


def baseline(pixels: np.ndarray = FILM, **tags: object) -> Dataset:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    made = film(FILM, 8, **tags)
    made.PixelData = encapsulate([stream.getvalue()])
    made["PixelData"].is_undefined_length = True
    return made


def test_jpeg_baseline_stays_close_to_the_film():
    read = load_mammogram(written(baseline(), JPEGBaseline8Bit))
    assert read.pixels.dtype == np.uint8
    assert np.abs(read.pixels.astype(int) - FILM).mean() < 1


def test_jpeg_extended_of_12_bits_is_decoded():
    made = dcmread(PYDICOMS_OWN / "JPGExtended.dcm")
    stored, bits = stored_values(made, made.file_meta.TransferSyntaxUID, find_layout(made))
    assert (bits, stored[420, 140], stored[230, 120]) == (12, 244, 95)  # the values pydicom's own tests expect


@pytest.mark.parametrize(
    "name",
    [
        "693_J2KI",
        "J2K_pixelrep_mismatch",
        "JPEG2000",
        "JPEGLSNearLossless_08",
        "JPEGLSNearLossless_16",
        "MR_small_RLE",
        "MR_small_bigendian",
        "MR_small_implicit",
        "MR_small_jp2klossless",
        "MR_small_jpeg_ls_lossless",
        "image_dfl",
    ],
)
def test_files_of_other_makers_decode_as_in_pydicom(name: str):
    path = PYDICOMS_OWN / f"{name}.dcm"
    made, syntax = dicom.read_bounded(path.read_bytes())
    layout = find_layout(made)
    stored, bits = stored_values(made, syntax, layout)
    values = stored.astype(int)
    if layout.signed:
        values = np.where(values >= 2 ** (bits - 1), values - 2**bits, values)
    assert np.array_equal(values, dcmread(path).pixel_array)


def test_unused_bits_and_high_bit_are_respected():
    shifted = written(film(TWELVE << 4, 12, HighBit=15))
    dirty = written(film(TWELVE | 0xF000, 12))
    assert load_mammogram(shifted).digest == load_mammogram(dirty).digest == pixel_digest(TWELVE)


@pytest.mark.parametrize("cut", [0, 128, 132])
def test_missing_preamble_and_missing_meta_are_forgiven(cut: int):
    data = written(film(), ImplicitVRLittleEndian)
    if cut == 132:
        made = film()
        stream = io.BytesIO()
        for keyword in ("file_meta",):
            delattr(made, keyword)
        made.save_as(stream, implicit_vr=True, little_endian=True, enforce_file_format=False)
        data = stream.getvalue()
        assert data[:2] == b"\x08\x00"
        cut = 0
    assert load_mammogram(data[cut:]).digest == pixel_digest(TWELVE)


def test_meta_without_prefix_is_forgiven():
    assert load_mammogram(written(film())[132:]).digest == pixel_digest(TWELVE)


# ---------------------------------------------------------------- grey scale pipeline


def shown(**tags: object) -> np.ndarray:
    return load_mammogram(written(film(**tags))).pixels


WINDOWS = {
    "linear": {"WindowCenter": 1800, "WindowWidth": 3000},
    "linear exact": {"WindowCenter": 1800.5, "WindowWidth": 3000, "VOILUTFunction": "LINEAR_EXACT"},
    "sigmoid": {"WindowCenter": 1500, "WindowWidth": 2000, "VOILUTFunction": "SIGMOID"},
    "first of several": {"WindowCenter": [1800, 9], "WindowWidth": [3000, 9]},
    "after rescale": {"WindowCenter": 3000, "WindowWidth": 5000, "RescaleSlope": 2, "RescaleIntercept": -700},
}


@pytest.mark.parametrize("tags", WINDOWS.values(), ids=WINDOWS)
def test_windows_are_those_of_the_standard(tags: dict):
    slope, intercept = tags.get("RescaleSlope", 1), tags.get("RescaleIntercept", 0)
    expected = apply_voi_lut(TWELVE * float(slope) + intercept, film(**tags))
    low, high = intercept, 4095 * slope + intercept  # pydicom spans the output over the modality's range
    assert np.abs(shown(**tags) - (expected - low) / (high - low) * 4095).max() <= 1


def lut(values: np.ndarray, bits: int, first: int = 0) -> Dataset:
    made = item(LUTDescriptor=[len(values) % 65536, first, bits])
    made.add_new("LUTData", "OW", values.astype("<u2").tobytes())
    return made


def test_voi_lut_sequence_is_applied_and_gives_its_own_depth():
    curve = np.rint(65535 * (np.arange(4096) / 4095) ** 0.7)
    read = load_mammogram(written(film(VOILUTSequence=[lut(curve, 16)])))
    assert read.bit_depth == 16
    assert np.array_equal(read.pixels, curve[TWELVE])
    assert "VOI LUT applied" in read.source


def test_voi_lut_holds_its_ends_outside_its_table():
    curve = np.linspace(0, 4095, 3000).round()
    assert np.array_equal(
        shown(VOILUTSequence=[lut(curve, 12, first=500)]), curve[np.clip(TWELVE - 500.0, 0, 2999).astype(int)]
    )


def test_voi_lut_wins_over_a_window():
    curve = np.rint(4095 * (np.arange(4096) / 4095) ** 1.3)
    assert np.array_equal(shown(VOILUTSequence=[lut(curve, 12)], WindowCenter=9, WindowWidth=9), curve[TWELVE])


def test_modality_lut_sequence_is_applied():
    curve = np.rint(4095 * (np.arange(4096) / 4095) ** 0.8)
    table = lut(curve, 12)
    table.ModalityLUTType = "US"
    assert np.abs(shown(ModalityLUTSequence=[table]) - curve[TWELVE]).max() <= 1


def test_inversion_comes_after_the_voi_lut():
    curve = np.rint(4095 * (1 - np.arange(4096) / 4095) ** 2)  # falls, so that the film looks right once inverted
    pixels = shown(VOILUTSequence=[lut(curve, 12)], PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(pixels, 4095 - curve[TWELVE])


TWINS = {
    "as stored": {},
    "with a window": {"WindowCenter": 1800, "WindowWidth": 3000, "VOILUTFunction": "LINEAR_EXACT"},
}


@pytest.mark.parametrize("tags", TWINS.values(), ids=TWINS)
@pytest.mark.parametrize("inverse", [{}, {"PresentationLUTShape": "INVERSE"}], ids=["plain", "INVERSE"])
def test_monochrome1_film_equals_its_monochrome2_twin(tags: dict, inverse: dict):
    second = shown(**tags)
    mirrored = tags | ({"WindowCenter": 4095 - tags["WindowCenter"]} if tags else {})
    first = shown(pixels=4095 - TWELVE, PhotometricInterpretation="MONOCHROME1", **mirrored, **inverse)
    assert np.abs(first.astype(int) - second).max() <= (1 if tags else 0)


def test_presentation_lut_shape_inverse_inverts_monochrome2():
    read = load_mammogram(written(film(4095 - TWELVE, PresentationLUTShape="INVERSE")))
    assert read.digest == pixel_digest(TWELVE)
    assert not any("negative" in warning for warning in read.warnings)


@pytest.mark.parametrize(
    "tags", [{"PhotometricInterpretation": "MONOCHROME1"}, {"PresentationLUTShape": "INVERSE"}], ids=str
)
def test_tags_that_pixels_clearly_contradict_are_overruled_with_a_warning(tags: dict):
    read = load_mammogram(written(film(**tags)))
    assert read.digest == pixel_digest(TWELVE)
    assert any("negative" in warning for warning in read.warnings)


def test_rescale_alone_changes_nothing_and_a_negative_slope_inverts():
    assert np.array_equal(shown(RescaleSlope=0.5, RescaleIntercept=-20), TWELVE)
    assert np.array_equal(shown(pixels=4095 - TWELVE, RescaleSlope=-1, RescaleIntercept=4095), TWELVE)


def test_padding_becomes_air():
    padded = TWELVE.copy()
    padded[:60, -60:] = 4000
    padded[60:70, -60:] = 4050
    pixels = shown(pixels=padded, PixelPaddingValue=4000, PixelPaddingRangeLimit=4095)
    assert not pixels[:70, -60:].any()
    signed = (TWELVE.astype(np.int32) - 2048).astype(np.int16)
    signed[:60, -60:] = -2000
    assert not shown(pixels=signed, PixelPaddingValue=-2000)[:60, -60:].any()


def test_window_that_would_blank_the_film_is_left_out():
    read = load_mammogram(written(film(WindowCenter=60_000, WindowWidth=10)))
    assert read.digest == pixel_digest(TWELVE)
    assert "window left out" in " ".join(read.source)


@pytest.mark.parametrize("width", [0, -5, 0.5])
def test_window_of_impossible_width_is_ignored(width: float):
    assert np.array_equal(shown(WindowCenter=100, WindowWidth=width), TWELVE)


# ---------------------------------------------------------------- spacing, side, view


def shared_groups(spacing: list[float]) -> list[Dataset]:
    return [item(PixelMeasuresSequence=[item(PixelSpacing=spacing)])]


SPACINGS = {
    "none": ({}, None),
    "pixel spacing": ({"PixelSpacing": [0.7, 0.7]}, 0.7),
    "imager": ({"ImagerPixelSpacing": [0.7, 0.7]}, 0.7),
    "magnified": ({"ImagerPixelSpacing": [0.9, 0.9], "EstimatedRadiographicMagnificationFactor": 1.5}, 0.6),
    "both the same, so not calibrated": (
        {"PixelSpacing": [0.9, 0.9], "ImagerPixelSpacing": [0.9, 0.9], "EstimatedRadiographicMagnificationFactor": 1.5},
        0.6,
    ),
    "both differ, so calibrated": ({"PixelSpacing": [0.6, 0.6], "ImagerPixelSpacing": [0.9, 0.9]}, 0.6),
    "scanned": ({"NominalScannedPixelSpacing": [0.8, 0.8]}, 0.8),
    "shared groups": ({"SharedFunctionalGroupsSequence": shared_groups([0.65, 0.65])}, 0.65),
    "nearly square": ({"PixelSpacing": [0.700, 0.702]}, 0.701),
    "one value only": ({"PixelSpacing": "0.7"}, None),
    "zero": ({"PixelSpacing": [0, 0]}, None),
    "zero, but scanned": ({"PixelSpacing": [0, 0], "NominalScannedPixelSpacing": [0.8, 0.8]}, 0.8),
    "square aspect": ({"PixelAspectRatio": [1, 1]}, None),
}


@pytest.mark.parametrize(("tags", "expected"), SPACINGS.values(), ids=SPACINGS)
def test_pixel_spacing_is_found_in_all_its_places(tags: dict, expected: float | None):
    assert load_mammogram(written(film(**tags))).pixel_spacing_mm == pytest.approx(expected)


@pytest.mark.parametrize("spacing", [[0.001, 0.001], [5, 5], [0.07, 0.07]])
def test_spacing_that_fits_no_film_is_not_used_and_says_so(spacing: list[float]):
    read = load_mammogram(written(film(PixelSpacing=spacing)))
    assert read.pixel_spacing_mm is None
    assert any("makes no sense" in warning for warning in read.warnings)


@pytest.mark.parametrize("tags", [{"PixelSpacing": [0.5, 0.7]}, {"PixelAspectRatio": [2, 1]}], ids=str)
def test_refuses_pixels_that_are_not_square(tags: dict):
    with pytest.raises(UnreadableImageError, match="square"):
        load_mammogram(written(film(**tags)))


def test_caller_may_overrule_the_spacing_of_a_file():
    assert load_mammogram(written(film(PixelSpacing=[0.7, 0.7])), pixel_spacing_mm=0.5).pixel_spacing_mm == 0.5


def view_code(code: str, *modifiers: str) -> list[Dataset]:
    return [item(CodeValue=code, ViewModifierCodeSequence=[item(CodeValue=m) for m in modifiers])]


NAMES = {
    "tags": ({"ImageLaterality": "R", "ViewPosition": "MLO"}, "R-MLO"),
    "older tag": ({"Laterality": "R", "ViewPosition": "CC"}, "R-CC"),
    "joined": ({"ViewPosition": "RCC"}, "R-CC"),
    "code": ({"ImageLaterality": "L", "ViewCodeSequence": view_code("399368009")}, "L-MLO"),
    "older code": ({"ImageLaterality": "L", "ViewCodeSequence": view_code("R-10242")}, "L-CC"),
    "cbis-ddsm": ({"PatientOrientation": "MLO", "Laterality": "R"}, "R-MLO"),
    "cbis-ddsm names": ({"PatientID": "Mass-Test_P_00173_RIGHT_CC"}, "R-CC"),
    "cbis-ddsm with a number": ({"PatientID": "Calc-Training_P_00005_RIGHT_MLO_1"}, "R-MLO"),
    "series": ({"SeriesDescription": "L MLO"}, "L-MLO"),
    "both breasts": ({"ImageLaterality": "B"}, "L-MLO"),
    "another view": ({"ImageLaterality": "L", "ViewPosition": "ML", "SeriesDescription": "L MLO"}, "L-?"),
    "exaggerated view": ({"ImageLaterality": "L", "ViewPosition": "XCCL"}, "L-?"),
    "another coded view": ({"ViewCodeSequence": view_code("399260004"), "SeriesDescription": "R CC"}, "R-?"),
    "usual orientation": ({"PatientOrientation": ["A", "FR"]}, "L-MLO"),
    "the pixels alone": ({}, "L-MLO"),
}


@pytest.mark.parametrize(("tags", "name"), NAMES.values(), ids=NAMES)
def test_side_and_view_are_found_in_all_their_places(tags: dict, name: str):
    assert load_mammogram(written(film(**tags))).name == name


def test_side_that_pixels_contradict_stands_but_warns():
    read = load_mammogram(written(film(ImageLaterality="R")))
    assert read.laterality == "R"
    assert any("mirrored" in warning for warning in read.warnings)
    assert load_mammogram(written(film(ImageLaterality="L", ViewPosition="MLO"))).warnings == ()


UNUSUAL = {
    "implant": ({"BreastImplantPresent": "YES"}, "implant"),
    "factor": ({"EstimatedRadiographicMagnificationFactor": 1.8}, "magnification"),
    "magnification": ({"ViewCodeSequence": view_code("399162004", "399163009")}, "magnification"),
    "spot": ({"ViewCodeSequence": view_code("R-10242", "R-102D7")}, "spot compression"),
    "view": ({"ViewPosition": "ML"}, "other than CC and MLO"),
    "rolled": ({"ViewCodeSequence": view_code("R-10242", "R-102D3")}, "modified view"),
    "part": ({"ViewPosition": "MLO", "PartialView": "YES"}, "a part of a breast"),
    "digital": ({"ViewPosition": "MLO"}, "acquired digitally"),
    "detector": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "DetectorType": "SCINTILLATOR"}, "acquired digitally"),
    "for processing": ({"PresentationIntentType": "FOR PROCESSING"}, "unprocessed"),
    "for processing by class": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.2.1"}, "unprocessed"),
    "tomosynthesis": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.13.1.3"}, "tomosynthesis"),
}


@pytest.mark.parametrize(("tags", "word"), UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_views_are_doubts(tags: dict, word: str):
    doubts = load_mammogram(written(film(ImageLaterality="L", **tags))).doubts
    assert [word in doubt for doubt in doubts].count(True) == 1


def test_film_whose_tags_explain_its_odd_look_is_read_with_a_warning():
    odd = DRAWINGS["chest film"](np.random.default_rng(0)).astype(np.uint16) * 16
    with pytest.raises(NotAMammogramError):
        load_mammogram(written(film(odd)))
    for view in ({"ViewCodeSequence": view_code("399162004", "399055006")}, {"ViewPosition": "CC"}):
        read = load_mammogram(written(film(odd, ImageLaterality="L", **view)))
        warnings = (*read.warnings, *read.doubts)
        assert any("does not look like a usual mammogram" in warning for warning in warnings)
        with pytest.raises(NotAMammogramError, match="blank"):
            load_mammogram(written(film(odd * 0, ImageLaterality="L", **view)))


def test_a_digitised_film_under_the_class_of_digital_ones_is_no_doubt():
    assert load_mammogram(written(film(ImageLaterality="L", DetectorType="FILM"))).doubts == ()


# ---------------------------------------------------------------- unprocessed films and volumes


def signal(sign: int) -> np.ndarray:
    """The film as a detector of 14 bits would have met it: 4 decades of density at most, the breast little of that."""
    thickness = FILM / 255.0 * 4.0
    return np.rint(12000 * np.exp(-thickness)).astype(np.uint16) if sign > 0 else FILM.astype(np.uint16) * 60


@pytest.mark.parametrize(
    ("sign", "photometric", "relationship"),
    [(1, "MONOCHROME1", "LIN"), (1, "MONOCHROME2", "LIN"), (-1, "MONOCHROME2", "LOG"), (-1, "MONOCHROME1", "LOG")],
)
def test_an_unprocessed_film_is_shown_as_the_density_the_beam_met(sign: int, photometric: str, relationship: str):
    tags = {"PresentationIntentType": "FOR PROCESSING", "PhotometricInterpretation": photometric}
    tags |= {"PixelIntensityRelationship": relationship, "PixelIntensityRelationshipSign": sign}
    read = load_mammogram(written(film(signal(sign), 14, ImageLaterality="L", ViewPosition="MLO", **tags)))
    assert np.corrcoef(read.pixels.ravel(), FILM.ravel())[0, 1] > 0.999
    assert read.bit_depth == 14
    assert any("unprocessed" in doubt for doubt in read.doubts)


def test_a_place_without_signal_is_shown_as_air():
    shut = signal(1)
    shut[:, -20:] = 0
    tags = {"PixelIntensityRelationship": "LIN", "PixelIntensityRelationshipSign": 1, "ViewPosition": "MLO"}
    read = load_mammogram(written(film(shut, 14, PresentationIntentType="FOR PROCESSING", ImageLaterality="L", **tags)))
    assert not read.pixels[:, -20:].any()


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless], ids=lambda uid: uid.keyword)
def test_of_several_frames_the_middle_one_is_read(syntax: str):
    frames = [TWELVE // 4, TWELVE // 2, TWELVE, TWELVE // 3]
    made = film(TWELVE, NumberOfFrames=4, SOPClassUID="1.2.840.10008.5.1.4.1.1.13.1.3", ViewPosition="MLO")
    made.PixelData = b"".join(frame.tobytes() for frame in frames)
    if syntax == RLELossless:
        made.compress(RLELossless, generate_instance_uid=False)
    read = load_mammogram(written(made, syntax))
    assert read.digest == pixel_digest(TWELVE)
    assert any("holds 4 pictures" in doubt for doubt in read.doubts)


# ---------------------------------------------------------------- what is refused


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableImageError) as caught:
        load_mammogram(data)
    message = str(caught.value)
    assert "Secret" not in message
    return message


REFUSED = {
    "ct": ({"Modality": "CT"}, "CT slice"),
    "chest film": ({"Modality": "DX"}, "X-ray film"),
    "unknown modality": ({"Modality": "Secret"}, "unknown modality"),
    "no modality of a secondary capture": ({"Modality": None, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "modality"),
    "chest": ({"BodyPartExamined": "CHEST"}, "another body part"),
    "fewer frames than stated": ({"NumberOfFrames": 2}, "truncated"),
    "encrypted": ({"EncryptedAttributesSequence": [item(EncryptedContent=b"Secret!!")]}, "encrypted"),
    "report": ({"PixelData": None, "Modality": "SR"}, "no picture"),
    "colour": ({"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}, "colour"),
    "palette": ({"PhotometricInterpretation": "PALETTE COLOR"}, "colour"),
    "32 bits": ({"BitsAllocated": 32, "BitsStored": 32}, "8 to 16 bits"),
    "no rows": ({"Rows": None}, "size"),
    "too large": ({"Rows": 65535, "Columns": 65535}, "million"),
    "more rows than pixels": ({"Rows": 300}, "truncated"),
}


@pytest.mark.parametrize(("tags", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_what_is_no_single_film_with_a_reason(tags: dict, words: str):
    assert words in refusal(written(film(**tags)))


def test_mammogram_without_modality_is_taken_by_its_class():
    assert load_mammogram(written(film(Modality=None))).digest == pixel_digest(TWELVE)


@pytest.mark.parametrize(
    "tags", [{"NumberOfFrames": 1}, {"BodyPartExamined": "BREAST"}, {"BodyPartExamined": ""}], ids=str
)
def test_one_frame_of_a_breast_is_no_reason_to_refuse(tags: dict):
    assert load_mammogram(written(film(**tags))).digest == pixel_digest(TWELVE)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CT_small", "CT slice"),
        ("MR_small", "MR slice"),
        ("test-SR", "no picture"),
        ("rtplan", "no picture"),
        ("examples_rgb_color", "ultrasound"),
    ],
)
def test_refuses_other_peoples_dicom_files(name: str, words: str):
    assert words in refusal((PYDICOMS_OWN / f"{name}.dcm").read_bytes())


def test_refuses_a_dicomdir():
    assert "DICOMDIR" in refusal((PYDICOMS_OWN / "dicomdirtests" / "DICOMDIR").read_bytes())


def test_refuses_a_deflate_bomb_without_inflating_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dicom, "MAX_FILE_BYTES", 10**6)
    data = written(film(), DeflatedExplicitVRLittleEndian)
    start = 144 + struct.unpack("<I", data[140:144])[0]
    deflater = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(deflater.compress(bytes(10**6)) for _ in range(50)) + deflater.flush()
    assert "grows beyond" in refusal(data[:start] + bomb)


@pytest.mark.parametrize("nested", [False, True])
def test_refuses_a_data_set_of_endless_elements(nested: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dicom, "MAX_READS", 2000)
    elements = struct.pack("<HH2sH", 0x7FE1, 0x10, b"LO", 0) * 3000
    if nested:  # items of a private sequence of undefined length, which no list of wanted tags skips
        elements = struct.pack("<HH2sHI", 0x7FE1, 0x10, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\0\xe0\0\0\0\0" * 3000
    assert "far more elements" in refusal(written(film()) + elements)


def test_refuses_sequences_nested_without_end():
    nested = struct.pack("<HH2sHI", 0x7FE1, 0x10, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    assert "RecursionError" in refusal(b"\x08\0\x05\0CS\0\0" + nested * 5000)


def test_refuses_a_frame_in_endless_pieces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dicom_pixels, "MAX_FRAGMENTS", 500)
    made = baseline()
    made.PixelData = made.PixelData[:-8] + b"\xfe\xff\0\xe0\0\0\0\0" * 600 + made.PixelData[-8:]
    assert "pieces" in refusal(written(made, JPEGBaseline8Bit))


def rle(planes: list[bytes]) -> bytes:
    offsets = [64 + sum(map(len, planes[:k])) for k in range(len(planes))]
    return struct.pack("<16L", len(planes), *offsets, *[0] * (15 - len(planes))) + b"".join(planes)


def test_rle_bomb_is_cut_off_at_the_declared_size():
    made = film(FILM, 8)
    made.PixelData = encapsulate([rle([b"\x81\xff" * 50_000])])  # 6 million bytes of white
    made["PixelData"].is_undefined_length = True
    with pytest.raises(ImageError, match="blank"):
        load_mammogram(written(made, RLELossless))


@pytest.mark.parametrize(
    "planes",
    [
        [b"\x81\xff"],
        [b"\x81\xff" * ((FILM.size - 1) // 128) + b"\x7f\xff"],
        [b"\x81\xff" * 999] * 2,
        [b"\x80" * 200_000],
    ],
    ids=["short", "cut in the last run", "depth", "idle"],
)
def test_refuses_rle_that_does_not_fit(planes: list[bytes]):
    made = film(FILM, 8)
    made.PixelData = encapsulate([rle(planes)])
    made["PixelData"].is_undefined_length = True
    refusal(written(made, RLELossless))


def test_refuses_a_compressed_picture_larger_than_declared(tmp_path: Path):
    assert "own size differs" in refusal(written(baseline(np.tile(FILM, (2, 2))), JPEGBaseline8Bit))
    data = transcoded(written(film()), gdcm.TransferSyntax.JPEG2000Lossless, tmp_path)
    at = data.find(b"\xff\x4f\xff\x51") + 8
    assert "own size differs" in refusal(data[:at] + struct.pack(">LL", 60_000, 60_000) + data[at + 8 :])


@pytest.mark.parametrize("precision", [0, 7, 17, 231])
def test_refuses_streams_of_a_precision_that_crashes_decoders(precision: int, tmp_path: Path):
    data = bytearray(transcoded(written(film()), gdcm.TransferSyntax.JPEGLosslessProcess14_1, tmp_path))
    data[data.find(b"\xff\xc3\0\x0b") + 4] = precision
    assert "another kind" in refusal(bytes(data))


def test_decoder_that_crashes_or_hangs_costs_only_its_own_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = transcoded(written(film()), gdcm.TransferSyntax.JPEGLosslessProcess14_1, tmp_path)
    script = tmp_path / "worker.py"
    monkeypatch.setattr(dicom_pixels, "GDCM_SCRIPT", script)
    monkeypatch.setattr(dicom_pixels, "GDCM_SECONDS", 0.5)
    for code, words in (
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "damaged"),
        ("print('too little')", "damaged"),
        ("while True: pass", "took more than"),
    ):
        script.write_text(code)
        assert words in refusal(data)


def test_refuses_syntaxes_that_cannot_be_read():
    data = written(baseline(), JPEGBaseline8Bit)
    baseline_uid = b"1.2.840.10008.1.2.4.50"
    assert "Part 2" in refusal(data.replace(baseline_uid, b"1.2.840.10008.1.2.4.92"))
    assert "unknown or private" in refusal(data.replace(baseline_uid, b"1.2.826.0.1.3680043.88"))


@pytest.mark.parametrize("name", ["native", *LOSSLESS, "JPEGBaselineProcess1"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_refuses_truncated_files(name: str, share: float, tmp_path: Path):
    data = written(film(FILM, 8))
    if name != "native":
        data = transcoded(data, getattr(gdcm.TransferSyntax, name), tmp_path)
    refusal(data[: int(share * len(data))])


def test_refuses_a_codestream_cut_off_inside_a_whole_file():
    made = baseline()
    stream = io.BytesIO()
    Image.fromarray(FILM).save(stream, "JPEG")
    made.PixelData = encapsulate([stream.getvalue()[:-400]])
    made["PixelData"].is_undefined_length = True
    assert "truncated" in refusal(written(made, JPEGBaseline8Bit))


@pytest.mark.parametrize("name", ["native", "deflated", *LOSSLESS, "JPEGBaselineProcess1"])
def test_damaged_bytes_raise_nothing_but_image_errors(name: str, tmp_path: Path):
    small = film(FILM, 8, WindowCenter=128, WindowWidth=256, PixelSpacing=[0.7, 0.7], ViewPosition="MLO")
    data = written(small, DeflatedExplicitVRLittleEndian if name == "deflated" else ExplicitVRLittleEndian)
    if name not in ("native", "deflated"):
        data = transcoded(data, getattr(gdcm.TransferSyntax, name), tmp_path)
    draw = np.random.default_rng(7)
    messages = []
    for k in range(40):
        damaged = bytearray(data)
        for at in draw.integers(0, 1200 if k % 2 else len(data), 1 + k % 4):
            damaged[at % len(data)] ^= 1 << int(draw.integers(8))
        if k % 5 == 0:
            del damaged[int(draw.integers(len(data))) :]
        try:
            load_mammogram(bytes(damaged))
        except ImageError as error:
            messages.append(str(error))
    assert messages
    assert "Secret" not in "".join(messages)


def test_broken_text_elements_do_not_cost_the_film():
    data = bytearray(
        written(film(PatientOrientation="MLO", SeriesDescription="L MLO", WindowCenter="12", WindowWidth="9"))
    )
    at = data.find(b"DS\x02\x0012")
    data[at + 4 : at + 6] = b"x\xff"
    assert load_mammogram(bytes(data)).digest == pixel_digest(TWELVE)


def test_nothing_of_the_patient_reaches_logs_or_warnings(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder, capfd: pytest.CaptureFixture
):
    data = written(
        film(PatientID="Secret" * 30, SeriesDescription="Secret\x07" * 20, Modality="SECRETSECRETSECRETSECRET")
    )
    with pytest.raises(UnreadableImageError):
        load_mammogram(data)
    load_mammogram(data.replace(b"SECRETSECRETSECRETSECRET", b"MG                      "))
    said = (
        caplog.text
        + " ".join(str(w.message) for w in recwarn if "Secret" in str(w.message))
        + "".join(capfd.readouterr())
    )
    assert "Secret" not in said


def test_demo_films_are_read_as_they_are_stored(demo_dir: Path):
    names = {}
    for path in sorted(demo_dir.glob("*/*.dcm")):
        read, made = load_mammogram(path), dcmread(path)
        assert np.array_equal(read.pixels, made.pixel_array)
        assert (read.bit_depth, read.pixel_spacing_mm, read.warnings) == (16, None, ())
        names.setdefault(path.parent.name, set()).add(read.name)
    assert len(names) == 2
    assert all(found == {"L-CC", "L-MLO", "R-CC", "R-MLO"} for found in names.values())
