"""What the documents tell people to type works, and nothing that can be typed is left out."""

import re
import shlex
import subprocess

import pytest

from mammo_core.cli.main import VERBS, build_parser, main
from mammo_core.config import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")
TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
FILM_SUFFIXES = (".dcm", ".pgm", ".png", ".tif", ".tiff", ".jpg")
INPUT_FILES = {"read", "read-exam", "report", "enhance", "segment", "explain"}
QUICK_METHODS = {"gradcam"}
SYSTEM = ("git clone ", "cd ", "sudo apt-get install ", "apt-get install ", "export ")
"""Commands of the system that cannot be tried here."""


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", read(name), re.MULTILINE | re.DOTALL)


def commands():
    """Return (document, command line) for every command in a block of language bash."""
    for name in filter(lambda name: (ROOT / name).is_file(), DOCUMENTS):
        for block in blocks(name, "bash"):
            for line in block.replace("\\\n", " ").splitlines():
                line = re.sub(r"(^|\s)#.*", "", line).strip()
                if line:
                    yield name, line


def lay_films(words, folder, mias_dir, demo_dir):
    """Put real films where a command expects its inputs; content decides what they are, so any name will do."""
    outputs = {words[place + 1] for place, word in enumerate(words) if word == "--out"}
    for word in words:
        path = folder / word
        if word in outputs or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if re.fullmatch(r"mdb\d{3}\.pgm", path.name):
            path.symlink_to(mias_dir / path.name)
        elif path.suffix in FILM_SUFFIXES:
            path.symlink_to(demo_dir / "sfm-malign-0" / "1-283.dcm")
        elif word.endswith("/"):
            path.mkdir()
            (path / "1-283.dcm").symlink_to(demo_dir / "sfm-malign-0" / "1-283.dcm")


@pytest.fixture
def try_verb(tmp_path, monkeypatch, request):
    """Run a command line of ours in a folder of its own; verbs that take long are only parsed."""

    def run(words):
        slow = any(words[place - 1] == "--method" and word not in QUICK_METHODS for place, word in enumerate(words))
        if "--help" in words:
            with pytest.raises(SystemExit, match=r"^0$"):
                main(words)
            return
        if words[0] not in INPUT_FILES or slow:
            build_parser(words).parse_args(words)
            return
        lay_films(words[1:], tmp_path, request.getfixturevalue("mias_dir"), request.getfixturevalue("demo_dir"))
        monkeypatch.chdir(tmp_path)
        assert main(words) == 0

    return run


@pytest.mark.parametrize(("document", "line"), list(commands()))
def test_a_documented_command_works(document, line, try_verb):
    words = shlex.split(line.partition(" > ")[0])
    if line.startswith(SYSTEM):
        return
    if words[0] == "make":
        done = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    elif words[1:3] == ["-m", "mammo_core"]:
        try_verb(words[3:])
    elif words[1:3] == ["-m", "venv"]:
        assert words[0] in ("python3.11", "python3")
    elif "-r" in words:
        assert (ROOT / words[words.index("-r") + 1]).is_file()
    elif "streamlit" in words:
        assert (ROOT / words[words.index("run") + 1]).is_file()
    elif words[0].startswith(".venv/bin/") or words[0] == ".ci/run":
        assert (ROOT / words[0]).exists()
    else:
        pytest.fail(f"{document} shows a command that this test does not know how to try: {line}")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb):
    assert f"mammo_core {verb}" in read("README.md")


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "help"])
def test_every_make_target_is_documented(target):
    assert any(f"make {target}`" in read(name) or f"make {target}\n" in read(name) for name in DOCUMENTS)


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", read(name))
    targets = [link for pair in links for link in pair if link and not re.match(r"[a-z]+:", link)]
    folder = (ROOT / name).parent
    assert [target for target in targets if not (folder / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md"])
def test_python_examples_run(name, tmp_path, monkeypatch, mias_dir, demo_dir):
    monkeypatch.chdir(tmp_path)
    for block in blocks(name, "python"):
        lay_films(re.findall(r"\"([^\"\s]+\.[a-z]+)\"", block), tmp_path, mias_dir, demo_dir)
        exec(compile(block, name, "exec"), {})


def test_rooms_in_the_architecture_are_those_in_the_code():
    text = read("docs/architecture.md")
    rooms = [path.parent.name for path in sorted((ROOT / "mammo_core").glob("*/__init__.py"))]
    assert [room for room in rooms if f"`{room}/`" not in text] == []
    named = re.findall(r"`((?:mammo_core|tests|benchmarks|data|docs|models|pages|scripts)/[\w./-]+)`", text)
    made_by_import = {"data/mias", "data/mias/"}
    assert [path for path in named if path not in made_by_import and not (ROOT / path).exists()] == []


def test_the_changelog_names_the_version():
    from mammo_core import __version__

    assert re.search(rf"^## \[(Unreleased|{re.escape(__version__)})\]", read("CHANGELOG.md"), re.MULTILINE)
    assert f'version = "{__version__}"' in read("pyproject.toml")
