"""What the Dataset page says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo_core.report.palette import MARK_COLOURS

if TYPE_CHECKING:
    from mammo_core.ui.dataset_films import Place

TITLE = "Dataset"
SUMMARY = "The 322 films of 161 women that the model learned from and was tested on: mini-MIAS, all MLO views."
TABS = ("Films", "Class balance", "Splits", "Sixteen variants")
CREDIT = (
    "Films: mini-MIAS database, © Mammographic Image Analysis Society (Suckling et al., *Excerpta Medica* "
    "International Congress Series 1069, 375-378, 1994). For research only; they may not be sold, rented or passed on"
    " with this program."
)
MARKS = {"circles": "Truth circles", "breast": "Breast", "pectoral": "Pectoral muscle", "artefacts": "Artefacts"}
MARKS_LABEL, CIRCLE = "Drawn in", "{label} circle"
MARK_LEGEND = {mark: MARK_COLOURS[mark] for mark in ("breast", "pectoral", "artefacts")}
SIDES = {"R": "right", "L": "left", None: "side unknown"}
TISSUES = {"F": "F, fatty", "G": "G, fatty-glandular", "D": "D, dense-glandular"}
CODES = {
    "CALC": "calcification",
    "CIRC": "well-defined mass",
    "SPIC": "spiculated mass",
    "MISC": "other, ill-defined mass",
    "ARCH": "architectural distortion",
    "ASYM": "asymmetry",
}
CODES_HELP = "; ".join(f"{code}: {name}" for code, name in CODES.items()) + "."
TISSUE_HELP = "Background tissue: F fatty, G fatty-glandular, D dense-glandular. Not BI-RADS density."
FOLD_HELP = "The fold whose test part the film's woman is in, first of the five repeats (data/splits/folds.csv)."
FILM_ABSENT = "The film is not among those on this computer; import a whole copy of MIAS."
NOT_SHOWN = "{film_id} cannot be shown"
UNREADABLE_TITLE = "The MIAS films cannot be read"
LOOKING = "Looking through the films …"
FILM_LABEL, CLASS_LABEL, CODES_LABEL, TISSUE_LABEL, FOLD_LABEL = "Film", "Class", "Abnormality", "Tissue", "Test fold"
TESTED_LABEL, TESTED_IN = "Tested in", "fold {fold}"
SHOWN_FILMS = "{n} of {of} films. Choose one to see both breasts."
SHOWN_PHANTOMS = "{n} of {of} phantoms. Choose one to see both breasts."
NONE_LEFT = "No film is like this. Take a filter away."

# Where MIAS is absent
ABSENT_TITLE = "The MIAS films are not on this computer"
ABSENT = (
    "They may not be passed on with the program, so bring them once: fetch `all-mias.tar.gz` (111 MB) from the MIAS "
    "page of the Pilot European Image Processing Archive, `peipa.essex.ac.uk/info/mias.html`, agree to its licence "
    "(research only), and drop it here. Every film is checked against its published checksum; they go into "
    "`data/mias/` and nowhere else."
)
COMMAND = (
    "Or in a terminal, where SOURCE is the archive, a folder of films, or the archive's address: `python -m mammo_core "
    "import-mias SOURCE`."
)
UPLOAD_LABEL = "The archive of MIAS"
UPLOAD_HELP = "all-mias.tar.gz, or another archive of the films (zip, tar, h5), at most 200 MB."
IMPORTING = "Unpacking and checking the films …"
BUSY_TITLE, FAILED_TITLE = "The import cannot begin now", "The films were not imported"
CANCELLED = "The import was cancelled; nothing of it was kept."
ALTERED = "{n} films in this file are not as MIAS published them, and were left out."
IMPORTED = "{n} films were imported; {there} of 322 are here now."
DRAWING = "Drawing phantoms …"
PHANTOMS = (
    "**Meanwhile these are phantoms, not films**: drawn by this program from a seed number, with a breast, a muscle, "
    "labels and lesions whose place is known. No woman was ever in them."
)
PARTIAL = "{n} of 322 films are here. Import a whole copy of MIAS to have the others."

# Balance, splits, variants
ALL_FILMS, FILMS_AXIS, PLACES_AXIS = "All films", "films", "abnormalities"
BY_TISSUE, BY_TISSUE_ALT = "Films by class and tissue", "Films by class and background tissue"
BY_TISSUE_NOTE = "{films} films of {women} women; a film's worst row counts"
BY_CODE, BY_CODE_ALT = "Abnormalities by kind", "Abnormalities by kind and severity"
BY_CODE_NOTE = "{n} abnormalities, {unplaced} without a place"
REPEAT_LABEL, FOLD = "Repeat", "Fold {fold}"
BY_FOLD, BY_FOLD_NOTE = "Test part of each fold, repeat {repeat}", "films by class"
BY_FOLD_ALT = "Films in the test part of each fold by class"
NOT_CLEAN_TITLE = "The splits are not clean"
CLEAN = (
    "**The splits are clean.** No woman is in two parts, in any of the {n} splits ({repeats} repeats of {folds} "
    "folds), and in every repeat each of the {women} women is tested once. Checked now, film by film; digest "
    "`{digest}`."
)
SAME_FOLDS = "The active model was evaluated on these very folds."
OTHER_FOLDS = "The active model was evaluated on **other** folds than these: its figures do not belong to them."
SPLITS_NOTE = (
    "Both breasts of a woman look alike, so a film of hers in training would give her other film away. Women are "
    "dealt into folds by worst class and tissue, so that each fold is a small copy of the whole."
)
REGION_LABEL, ANOTHER_PLACE = "Region", "Another place"
REGION_NOTE = "{film_id}, as the model sees it. Choose another film under *Films*."
REGION_MARK = "The region that is varied: {name}."
ACROSS_LABEL, DOWN_LABEL = "Across the breast", "Down the breast"
VARIANT_ALT, FLIPPED = "Variant {number}", ", flipped"
VARIANTS_NOTE = (
    "The scheme of the project that this one started from: four turns, with and without a flip, each in two random "
    "tones. Below each: the turn, the factor on contrast, the grey levels added; the first is untouched. For training"
    " only: a copy in another part of a split would be a leak. The square is 19 mm, the same for every class."
)
VARIANTS_SEED = 0


def place_text(place: Place, phantom: bool = False) -> str:
    """Return an abnormality in words, such as `well-defined mass (CIRC), benign, radius 39 mm`."""
    name = f"{CODES[place.code]} ({place.code}), {place.severity}"
    if place.circle is None:
        return f"{name}, no place given"
    return f"{name}, drawn" if phantom else f"{name}, radius {place.circle.radius_px * 0.2:.0f} mm"
