"""What the Enhancement page says."""

TITLE = "Enhancement"
SUMMARY = (
    "Local contrast and fine detail raised, beside the untouched film; move a slider and the picture follows. **For "
    "your eye only**: the model never sees this picture, its answer stays the same, and the untouched film is never "
    "altered."
)
EMPTY = "No film is open yet. Open one of your own, or a demo exam, to try it."

UNTOUCHED, ENHANCED, UNCHANGED = "Untouched", "Enhanced", "Nothing changed"
PRESETS_LABEL = "Presets"
PRESETS = {
    "classic": "Classic",
    "gentle": "Gentle",
    "strong": "Strong",
    "fine": "Fine detail",
    "none": "None",
}
PRESETS_HELP = (
    "**Classic**: clip limit 2, 8 × 8 tiles, not sharpened: usual in papers on MIAS, and the setting of the data set "
    "that this project started from. **Gentle**: half of it. **Strong**: clip limit 4, sharpened. **Fine detail**: "
    "16 × 16 tiles, sharpened narrowly. **None**: the untouched film. All but Classic were chosen by eye; none was "
    "tested with readers."
)
DIALS_LABEL = "Enhancement"
DIALS = {
    "clip_limit": ("Local contrast (CLAHE clip limit)", "Higher shows more structure, and more grain."),
    "tiles": ("Tiles (CLAHE grid)", "More tiles even out smaller areas; too many make patterns of their own."),
    "amount": ("Sharpening (unsharp mask)", "How much detail is added to itself. Edges get rims if it is too much."),
    "radius_mm": ("Sharpening radius", "Size of the detail: 0.2 mm for specks, 1 mm for the outline of a mass."),
}
OFF = "off"
IDLE = {"tiles": " (contrast is off)", "radius_mm": " (sharpening is off)"}
RADIUS_NOTE = "{mm:g} mm are {px:.1f} pixels of this film, at {spacing:.3g} mm a pixel{estimated}."
RADIUS_ESTIMATED = " (estimated: the file does not say)"
UNDO, RESET = "Undo", "Reset sliders"
UNDO_HELP = "Takes back the last change. One drag of a slider is one change."
RESET_HELP = "Back to Classic. This can be undone too."
SAVE_PICTURE, SAVE_REPORT = "Save picture", "Save figures"
SAVE_PICTURE_HELP = (
    "PNG: the enhanced film at its full size, as shown but for “enhanced, not for diagnosis” in its corner. The exact "
    "settings stand in the file's name and inside it."
)
SAVE_REPORT_HELP = "JSON: the exact settings, the program's version, and the figures below."
SAVE_NOTHING = "Nothing is changed, so there is nothing to save."
NO_BREAST = "This film has nothing lit to enhance: all its pixels have one grey level. Open another film."

FIGURES_TITLE = "What it did to the film"
FIGURES_NOTE = "Inside the breast, at full size, as the screen shows it at first: {pixels} pixels of this one film."
FIGURES_WAIT = "Figures and histogram follow when you let the slider go."
UNCHANGED_SUMMARY = "Nothing is changed: both pictures are the untouched film."
GAIN = "Structure gained more than grain: local contrast × {contrast:.2f}, noise × {noise:.2f}."
GRAIN = (
    "Grain grew more than structure: local contrast × {contrast:.2f}, noise × {noise:.2f}. Some of what now stands out "
    "is grain."
)
NO_DIFFERENCE = "none"
FIGURES = (
    (
        "Local contrast",
        "× {contrast_improvement:.2f}",
        "higher shows more",
        "How much more neighbouring spots differ in brightness than on the untouched film. Grain counts as well, so "
        "read it beside the noise.",
    ),
    (
        "Noise",
        "× {noise_amplification:.2f}",
        "lower is better",
        "How much the film's grain was raised with the rest. If it grew more than the local contrast, specks may be "
        "grain.",
    ),
    (
        "Grey levels in use (entropy)",
        "{entropy_before:.2f} → {entropy_after:.2f} bits",
        "higher is richer",
        "How evenly the breast fills the 256 grey levels of the screen; 8 bits is the most. Grain raises it too.",
    ),
    (
        "Likeness to the film (SSIM)",
        "{ssim:.2f} of 1",
        "higher is more faithful",
        "1 is the untouched film. The lower, the more of what you see was made here: look for it on the untouched film "
        "as well.",
    ),
    (
        "Shift in brightness (AMBE)",
        "{brightness_error:.1f} of 255",
        "lower is more faithful",
        "How much lighter or darker the breast became as a whole. It changes how dense the tissue seems.",
    ),
    (
        "Difference pixel by pixel (PSNR)",
        "{psnr_db}",
        "higher is more faithful",
        "How small the changes are against the full range of grey: 20 dB more mean changes a tenth as large.",
    ),
)
LOGARITHMIC = "Logarithmic"
LOGARITHMIC_HELP = "Shows rare grey levels too, such as the brightest specks."
HISTOGRAM_ALT = "Histogram of the grey levels inside the breast before and after the enhancement"
