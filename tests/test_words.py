"""What pages say stands in `mammo_core/ui/words/`: no other module of the pages holds text for a reader."""

import ast
import re

import pytest

from mammo_core.config import ROOT

MODULES = [
    path.relative_to(ROOT).as_posix()
    for path in [
        ROOT / "app.py",
        *sorted((ROOT / "pages").glob("*.py")),
        *sorted((ROOT / "mammo_core/ui").rglob("*.py")),
    ]
    if path.parent.name != "words"
]
NOT_ON_SCREEN = {
    *("note outside",),  # classes of CSS
    *("enhance bench", "region pictures", "import MIAS"),  # what results and jobs are known by
    *("Software", "clip limit ", "inside the breast, ", " pixels at full size, brought to 8 bit"),  # in saved files
    *("PatientID",),  # of DICOM
}
MARKUP = re.compile(r"<[^>]*>|<[^>]*$|^[^<]*>|:material/\w+:")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:.]? +[A-Za-z]{2,}")
LABEL = re.compile(r"[^A-Za-z]*[A-Z][a-z]+\b")


def reads_as_text(value: str) -> bool:
    """Say whether a string is two words in a row, or begins with a capital as a label does."""
    text = MARKUP.sub(" ", value)
    return bool(SENTENCE.search(text) or LABEL.match(text))


def texts(source: str) -> list[str]:
    """Return the strings of a module that read as text; docstrings, messages of errors and terms apart."""
    found, apart = [], set()
    for node in ast.walk(ast.parse(source)):
        term = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "explained"  # looked up in the glossary
        exported = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if term or exported or docstring or isinstance(node, ast.Raise):
            apart.update(map(id, ast.walk(node)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            found.append(node.value)
    return [text for text in found if text not in NOT_ON_SCREEN and reads_as_text(text)]


@pytest.mark.parametrize("module", MODULES)
def test_a_page_takes_what_it_says_from_its_words(module):
    assert texts((ROOT / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'st.button("Cancel")',
        'st.caption(f"{n} films are open.")',
        'row = {"Tested in": 1}',
        'st.html("<b>No film</b>")',
    ],
)
def test_text_in_code_is_found(line):
    assert len(texts(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        '"""What this does."""',
        'raise ValueError("Too many of them.")',
        'help=explained("Out of fold")',
        'key="exam_bar"',
    ],
)
def test_what_no_reader_sees_may_stand_in_code(line):
    assert texts(line) == []
