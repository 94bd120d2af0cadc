"""What the Worklist page says, and the reader's card on the Read and Exam pages."""

from __future__ import annotations

from mammo_core.ui.words import exam as exam_words

TITLE = "Worklist"

# Empty
EMPTY_TEXT = (
    "Bring a day's films: many at once, a zip, or a DICOM folder. The program reads them while you work, and they "
    "wait here sorted by suspicion until you have answered each."
)
ADD_TITLE, ADD_LABEL = "Your films", "Add films"
HOW = ("Films or a zip", "A folder")
HOW_LABEL = "What to bring"
UPLOAD_LABEL = "DICOM, PGM, PNG, JPEG, TIFF, or zip archives of them"
FOLDER_LABEL = "A folder, such as a DICOM disc"
UPLOAD_HELP = (
    "Files are recognised by their content. Films of one DICOM study become one exam, and so do films that the program "
    "knows to be of one woman; up to 8 others that come together, or lie in one folder, are one exam too, and more are "
    "an exam each. What else lies in a folder is passed over."
)
DEMO_TITLE = "Or try it"
DEMO_TEXT = "Both demo exams, four films each: real films with known outcomes."
DEMO_BUTTON = "Put the demo exams on the list"
TAKING = "Taking films in: {n} so far …"
ADDED = "{films} added, in {exams}."
KNOWN = "{films} already on the list."
NOTHING_ADDED = "No film was added."
REFUSED_TITLE = "{files} not taken"
REFUSED_MORE = "… and {n} more."
DISMISS = "Dismiss"

# What is kept
KEEPING_TITLE = "What is kept, where, and who sees it"
KEEPING = """
- Films and readings lie in one folder outside the program (`{folder}`) that only its owner can open; nothing is sent
  anywhere.
- {who}
- An exam that nothing was done with for {days:g} days is deleted for good.
- **Delete** can be undone for {minutes} minutes. Then film, small picture, readings and your answers are gone, and
  what held them is overwritten in the database.
- Names and numbers in DICOM tags are shown under *Details*, read from the film itself; they are in no log. Saved tables
  and films leave them out, unless you ask for them. What is burnt into a film's pixels stays there: look before you
  pass films on.
"""
WHO_OWN = (
    "This list is yours alone. The address of this page is its key: **bookmark it** to find the list again in another "
    "window or tomorrow, and do not pass it on; who has the address has the list."
)
WHO_SHARED = "This list is shared: everybody who can open this program sees it (`MAMMO_WORKLIST_SHARED`)."
UNUSABLE_TITLE = "The worklist cannot be used"

# The list
READING_LINE = "The program has read {done} of {total} exams. {message}"
WAITING = "Waiting for other work to end."
STOPPED = "The reading has stopped; the exams wait. {reason}"
TRY_AGAIN = "Try again"
FILTER_STATUS, FILTER_ANSWER, FILTER_FIND = "Status", "Program's answer", "Find"
ANY = "any"
FILTER_ANSWERS = {ANY: "Any", "normal": "Normal", "benign": "Benign", "malignant": "Malignant", "refer": "Refer"}
FIND_HELP = "An exam's number, or part of a file's name."
NONE_MATCH = "No exam matches. Clear the filters to see all {n}."
CLEAR = "Clear the filters"
STATUSES = {
    "unread": "Waiting",
    "reading": "Program is reading",
    "read": "To answer",
    "agreed": "Agreed",
    "overridden": "Overridden",
    "answered": "Answered",
    "failed": "Failed",
}
STATUS_HELP = (
    "**Waiting**: for the program to read it. **To answer**: the program has answered and you have not. **Agreed**, "
    "**Overridden**: your answer is the program's, or another one with a reason. **Answered**: the program referred "
    "the exam, and your answer stands alone. **Failed**: the program could not read it."
)
ORDER = (
    "Most suspicious first: by P(malignant), equal ones by P(abnormal). Bars show malignant, benign and normal, "
    "from the left."
)
ORDER_OUTSIDE = (
    "Exams outside what the model learned are referred whatever their figures: for them neither the figures nor the "
    "order is to be relied on."
)
ORDER_READER_FIRST = (
    "Reader first: exams that you have not answered come first, in the order in which they came, so that the order "
    "tells nothing."
)
NAME = "Exam {number}"
WOMAN = "Worklist exam {number}"
ORIGIN_DEMO, ORIGIN_MIAS = "Demo exam {}", "MIAS woman {}"
SELECT = "Select exam {number}"
OPEN, DETAILS, HIDE_DETAILS = "Open exam {number}", "Details", "Close"
HIDDEN = "Hidden until you have answered"
STALE = "read by {model_id}, which is no longer active"
SHARE = "P(malignant) {share}"
READER = "You: {answer}"
READER_BOTH = "You: {before}, then {after}"
PAGE = "Page"

# Doing something with several
SELECTED = "{n} selected"
SELECT_ALL, SELECT_NONE = "Select all {n}", "Select none"
DELETE, READ_AGAIN, READ_STALE = "Delete", "Read again", "Read {exams} again with {model_id}"
UNDO = "Undo"
UNDO_DELETED = "{exams} deleted. For good in {minutes} minutes."
UNDO_AFTER = "Your answer to exam {number} is recorded."
DELETE_NOW = "Delete for good now"
SAVE, SAVE_CSV, SAVE_FILMS = "Save", "Table (CSV)", "Films (zip)"
SAVE_NAMES = "With names of files and my reasons"
SAVE_NAMES_HELP = "Both are free text and may name a person. Without them the table names nobody."
SAVE_NOTE = "Saved: {what}."
SAVE_ALL, SAVE_SOME = "all {n} exams shown", "the {n} selected exams"
PREPARE_FILMS = "Prepare the films"
FILMS_HELP = (
    "Copies built from the few tags that reading needs: no names, dates, texts or private tags, and new UIDs. What is "
    "burnt into the pixels stays. At most {n} exams at a time."
)
FILMS_LEFT_OUT = "Left out"

# Details
FILES_TITLE, IDENTITY_TITLE, HISTORY_TITLE = "Films", "Whom the files name", "Read by"
IDENTITY_NOTE = "Shown from the files, and neither saved nor logged."
IDENTITY_NONE = "The files name nobody."
FILM_FAILED = "not read: {reason}"
HISTORY = "{model_id}, {at} UTC: {answer}"
REASON = "Your reason: {reason}"

# Reader first
READER_FIRST = "Reader first"
READER_FIRST_HELP = (
    "While this is on, the program's answer stays hidden here and on the Read, Exam and Explanations pages until you "
    "have recorded yours."
)
ANSWERS = {"normal": "Normal", "benign": "Benign", "malignant": "Malignant", "refer": "Not sure: refer"}
ASK_TITLE = "Your answer first"
ASK_TEXT = "The program's answer is hidden (*Reader first*). Say what you see; your first answer stands as given."
ASK_TEXT_LOOSE = (
    "The program's answer is hidden (*Reader first*). These films are not on the worklist: your answer is kept for "
    "this session only."
)
ASK_UNREACHABLE = (
    "The worklist cannot be reached: whether you have answered this exam is not known, and no answer can be recorded. "
    "The program's answer stays hidden until it is."
)
ASK_LABEL = "What you see, the worst finding of the exam"
RECORD_FIRST = "Record, and show the program's answer"
EXPLAIN_HIDDEN = (
    "*Reader first* is on: where the program found evidence stays hidden until you have answered on the Exam page."
)
READER_TITLE = "Your answer"
READER_UNREACHABLE = (
    "The worklist cannot be reached: no answer can be recorded, and *Reader first* hides nothing that it did "
    "not hide before."
)
READER_WAIT = "The program is still to read this exam; you can answer once it has."
PROGRAM_SAID = "The program ({model_id}): **{answer}**"
STALE_HERE = "That model is no longer active; what stands below is {active}'s answer."
READ_WITH = "Read again with {model_id}"
SAID_FIRST = "You said first: **{answer}**."
SAID_ONLY_FIRST = "You said: **{answer}** (kept for this session)."
AGREE = "Agree: {answer}"
OVERRIDE = "Override"
OVERRIDE_LABEL = "Your answer"
REASON_LABEL = "Why it differs"
REASON_HELP = "A few words. Do not write who the woman is."
RECORD = "Record"
RECORDED = {
    "agreed": "You agree with the program: **{after}**.",
    "overridden": "You override the program: **{after}** instead of {program}.",
    "answered": "The program referred this exam; your answer stands: **{after}**.",
}
CHANGE = "Undo"
NEXT, BACK = "Next: exam {number}", "Back to the worklist"

# Agreement
AGREEMENT_TITLE = "You and the program"
AGREEMENT_HELP = (
    "Cohen's kappa over normal, benign and malignant: 1 is full agreement, 0 what chance gives. Exams that you or the "
    "program referred do not count, and are named. The interval covers the choice of women, no other reader and no "
    "other model. Agreement is not being right."
)
AGREEMENT_NONE = "Nothing to compare yet: agreement is counted once you have answered exams that the program decided."
AGREEMENT_NAMES = {
    "before": "Your first answer and the program's",
    "after": "Your last answer and the program's",
    "moved": "Your first answer and your last",
}
AGREEMENT_KAPPA = "kappa {value:.2f} ({low:.2f} to {high:.2f})"
AGREEMENT_NO_INTERVAL = "kappa {value:.2f} ({reason})"
AGREEMENT_UNDEFINED = "kappa not defined"
AGREEMENT_COUNTS = "{same} of {n} the same; {left_out} left out because one side referred"
MOVES_TITLE = "Who moved whom"
MOVES_NONE = "Shown once you have answered an exam before and after seeing the program's answer (*Reader first*)."
MOVES_HEAD = ("You first", "Program", "You last", "Exams", "What happened")
MOVES = {
    "agreed from the start": "you agreed from the start",
    "moved to the program": "the program moved you",
    "stayed": "you stayed with your answer",
    "moved elsewhere": "you moved, but not to the program",
    "moved away": "you moved away from the program",
    "referred": "the program referred",
}


def counted(n: int, what: str) -> str:
    """Return `1 exam`, `2 exams`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def program_said(decision: str, inside: bool) -> str:
    """Return the program's answer; an exam outside what the model learned is refused, not doubted."""
    return exam_words.OUTSIDE[0] if decision == "refer" and not inside else ANSWERS[decision]


def origin_name(origin: str) -> str:
    """Return what an exam that the program knows is called; empty for any other."""
    kind, _, which = origin.partition(" ")
    return {"demo": ORIGIN_DEMO, "MIAS": ORIGIN_MIAS}.get(kind, "").format(which)
