"""The command line: exit codes, messages, whole files, and real films through every verb."""

import io
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import pytest

from mammo_core.cli import main as cli
from mammo_core.cli.inputs import each_film, find_films
from mammo_core.cli.main import VERBS, main
from mammo_core.cli.output import check_out_file, write_whole
from mammo_core.cli.segment import name_masks
from mammo_core.config import ROOT
from mammo_core.errors import ImageError, MammoError
from mammo_core.types import LABELS

COMMAND = [sys.executable, "-m", "mammo_core"]


def run(*args, **options):
    """Run the command line as a program."""
    command = [*COMMAND, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def exit_code(argv):
    """Return the exit code of `main`, however it ends."""
    try:
        return main([str(word) for word in argv])
    except SystemExit as end:
        return end.code


@pytest.fixture
def mdb028(mias_dir):
    return mias_dir / "mdb028.pgm"


@pytest.fixture
def malignant_dicom(demo_dir):
    return demo_dir / "sfm-malign-0" / "1-283.dcm"


# --- what holds for every verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples(verb, capsys):
    assert exit_code([verb, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"python -m mammo_core {verb}" in shown.split("examples:")[1]
    assert "exit codes: 0" in shown


def test_help_lists_every_verb_and_loads_nothing_heavy():
    code = (
        "import sys; from mammo_core.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted({'numpy', 'cv2', 'tensorflow', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert all(verb in done.stdout for verb in VERBS)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["no-such-verb"],
        ["read"],
        ["read", "--no-such-option", "film.dcm"],
        ["read", "--spacing", "0", "film.dcm"],
        ["read", "--spacing", "wide", "film.dcm"],
        ["enhance", "film.dcm"],
        ["enhance", "film.dcm", "--out", "enhanced.jpg"],
        ["enhance", "film.dcm", "--out", "no/such/folder/enhanced.png"],
        ["enhance", "film.png", "--out", "film.png"],
        ["enhance", "film.dcm", "--out", "e.png", "--clip-limit", "0"],
        ["enhance", "film.dcm", "--out", "e.png", "--tile-grid", "8x"],
        ["explain", "film.dcm", "--out", "map.txt"],
        ["explain", "film.dcm", "--out", "map.npy", "--method", "magic"],
        ["explain", "film.dcm", "--out", "map.npy", "--target", "cyst"],
        ["segment", "film.dcm"],
        ["train", "UPPER"],
        ["train", "mine", "--set", "train.film.colour=red"],
        ["train", "mine", "--repeats", "6"],
        ["crossval", "--set", "preprocess.spacing_mm=0.1"],
        ["crossval", "--shuffle-labels", "0"],
    ],
)
def test_wrong_use_is_2_with_a_message(argv, capsys):
    assert exit_code(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_an_unknown_verb_is_told_the_known_ones(capsys):
    assert exit_code(["reed"]) == 2
    assert "'import-mias'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MammoError("what came and what to do"), 1, "mammo_core: what came and what to do\n"),
        (PermissionError(13, "Permission denied", "masks"), 1, "masks"),
        (ModuleNotFoundError("No module named 'cv2'"), 1, "pip install -r requirements.txt"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_ends_quietly_whatever_happens(error, code, said, capsys, monkeypatch, tmp_path):
    def fail(args):
        raise error

    monkeypatch.setattr(import_module(VERBS["import-mias"][0]), "run", fail)
    assert main(["import-mias", str(tmp_path)]) == code
    assert said in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error():
    command = [*COMMAND, "read", "--json", "nowhere.dcm"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Broken" not in process.stderr.read()
    assert process.returncode == cli.PIPE_CLOSED


# --- inputs


def test_a_folder_is_walked_and_what_is_no_picture_passed_over(tmp_path, capsys):
    for name, data in {
        "b.pgm": b"P5\n1 1\n255\n\0",
        "deep/a.any": b"\x89PNG\r\n\x1a\n",
        "deep/raw": bytes(128) + b"DICM",
        "Info.txt": b"an index",
        ".hidden/c.pgm": b"P5\n1 1\n255\n\0",
        "masks/b.png": b"\x89PNG\r\n\x1a\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found = find_films([tmp_path, tmp_path / "b.pgm"], leave_out=tmp_path / "masks")
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["b.pgm", "deep/a.any", "deep/raw"]
    assert "passed over 1 files" in capsys.readouterr().err


def test_a_file_that_is_named_is_answered_for(tmp_path):
    named = [tmp_path / "Info.txt", tmp_path / "nowhere.dcm"]
    named[0].write_text("an index")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert find_films([*named, *named, tmp_path / "loop"]) == [*named, tmp_path / "loop"]


def test_an_empty_folder_is_said(tmp_path, capsys):
    assert exit_code(["read", tmp_path]) == 1
    assert "no film was found" in capsys.readouterr().err


def test_one_failure_does_not_stop_the_others(capsys):
    done, told = [], []

    def work(path):
        if path.name != "good":
            raise {"bad": ImageError("what came"), "worse": RuntimeError("secret")}[path.name]
        done.append(path)

    films = [Path("bad"), Path("worse"), Path("good")]
    assert each_film(films, work, lambda path, message: told.append((path.name, message))) is False
    assert done == [Path("good")]
    assert told == [("bad", "what came"), ("worse", "unforeseen RuntimeError; please report it with the kind of film")]
    assert "secret" not in capsys.readouterr().err


def test_bad_films_are_named_and_json_stays_an_array(tmp_path, capsys):
    paths = [tmp_path / name for name in ("empty.dcm", "text.png", "cut.pgm", "nowhere.dcm")]
    for path, data in zip(paths, [b"", b"no picture", b"P5\n1024 1024\n255\n\0\0"], strict=False):
        path.write_bytes(data)
    assert exit_code(["read", "--json", *paths]) == 1
    said = capsys.readouterr()
    results = json.loads(said.out)
    assert [set(result) for result in results] == [{"file", "error"}] * 4
    assert [result["file"] for result in results] == [str(path) for path in paths]
    assert all(f"{result['file']}: {result['error']}" in said.err for result in results)
    assert "Traceback" not in said.err


# --- outputs


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    out = tmp_path / "out.png"
    write_whole(out, b"first")
    write_whole(out, b"second")
    assert out.read_bytes() == b"second"

    def fail(part, path):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(out, b"third")
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
    assert out.read_bytes() == b"second"


def test_an_input_is_never_written_over(tmp_path, capsys):
    film = tmp_path / "film.png"
    film.write_bytes(b"precious")
    assert exit_code(["enhance", film, "--out", tmp_path / "." / "film.png"]) == 2
    assert exit_code(["segment", film, "--out", tmp_path]) == 2
    assert film.read_bytes() == b"precious"
    assert "write over the input" in capsys.readouterr().err
    check_out_file(tmp_path / "other.png", [film])


@pytest.mark.parametrize(
    ("films", "names"),
    [
        (["x/a.dcm", "y/b.dcm"], ["a", "b"]),
        (["x/a.dcm", "y/a.dcm", "y/b.dcm"], ["x_a", "y_a", "b"]),
        (["r/x/a.dcm", "s/x/a.dcm"], ["r_x_a", "s_x_a"]),
        (["x/a", "x/a.pectoral.dcm"], ["x_a", "x_a.pectoral"]),
    ],
)
def test_masks_are_named_by_stem_and_by_folder_where_stems_are_equal(films, names):
    paths = [Path("/films") / film for film in films]
    if films[-1].endswith("pectoral.dcm"):
        assert len({name.removesuffix(".pectoral") for name in name_masks(paths).values()}) == 2
    else:
        assert list(name_masks(paths).values()) == names


def test_one_stem_in_two_formats_gives_two_masks():
    names = name_masks([Path("/films/a.dcm"), Path("/films/a.png")])
    assert list(names.values()) == ["films_a_dcm", "films_a_png"]


# --- real films


def test_read_gives_the_object_of_the_design(mdb028, malignant_dicom):
    done = run("read", "--json", mdb028, malignant_dicom, ROOT / "Makefile")
    assert done.returncode == 1, done.stderr
    mias, dicom, text = json.loads(done.stdout)
    keys = {"file", "label", "decision", "probabilities", "candidates", "laterality", "view", "pixel_spacing_mm"}
    for result in (mias, dicom):
        assert keys | {"applicability", "warnings", "model_id"} <= set(result)
        assert list(result["probabilities"]) == list(LABELS)
        assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert result["decision"] in (*LABELS, "refer")
    assert mias["pixel_spacing_mm"] == 0.2
    assert (dicom["laterality"], dicom["view"]) == ("R", "MLO")
    assert set(text) == {"file", "error"}
    assert "Traceback" not in done.stderr


def test_read_for_people_says_the_decision_and_what_it_is_worth(mdb028, demo_dir, capsys):
    assert exit_code(["read", mdb028]) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith(str(mdb028))
    assert all(label in second for label in LABELS)
    assert exit_code(["read", demo_dir / "sfm-malign-0" / "1-282.dcm"]) == 0
    said = capsys.readouterr().out
    assert "(R-CC): refer" in said
    assert "outside training: This is a CC view" in said


def test_read_exam_gives_one_object_and_names_the_film_that_failed(demo_dir, capsys):
    exam = demo_dir / "sfm-malign-0"
    assert exit_code(["read-exam", "--json", exam / "1-281.dcm", ROOT / "Makefile", exam / "1-283.dcm"]) == 1
    said = capsys.readouterr()
    result = json.loads(said.out)
    keys = {"films", "breasts", "probabilities", "decision", "suspect", "reasons", "warnings", "applicability"}
    assert keys | {"model_id", "training_woman_id"} <= set(result)
    assert [set(film) == {"file", "error"} for film in result["films"]] == [False, False, True]
    assert [breast["file"] for breast in result["breasts"]] == [str(exam / f"1-{n}.dcm") for n in (283, 281)]
    assert [breast["laterality"] for breast in result["breasts"]] == ["R", "L"]
    assert "Makefile could not be read" in result["warnings"][0]
    assert f"{ROOT / 'Makefile'}: " in said.err


def test_read_exam_for_people_begins_with_the_woman(demo_dir, capsys):
    assert exit_code(["read-exam", demo_dir / "sfm-malign-0" / "1-283.dcm"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("woman: refer\n")
    assert "right breast: refer, by" in said
    assert "note: No film speaks for the left breast" in said


def test_an_exam_of_no_readable_film_fails_and_a_whole_set_of_films_is_wrong_use(tmp_path, capsys):
    assert exit_code(["read-exam", "--json", ROOT / "Makefile"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "none of the films could be read"
    for number in range(21):
        (tmp_path / f"{number}.pgm").write_bytes(b"P5\n1 1\n255\n\0")
    assert exit_code(["read-exam", tmp_path]) == 2
    assert "21 came" in capsys.readouterr().err


def test_stated_spacing_is_used(mdb028, capsys):
    assert exit_code(["read", "--json", "--spacing", "0.1", mdb028]) == 0
    assert json.loads(capsys.readouterr().out)[0]["pixel_spacing_mm"] == 0.1


def test_enhance_writes_a_marked_png_and_prints_figures(mdb028, malignant_dicom, tmp_path, capsys):
    for film, dtype, shape in ((mdb028, np.uint8, (1024, 1024)), (malignant_dicom, np.uint16, None)):
        out = tmp_path / "enhanced.png"
        assert exit_code(["enhance", film, "--out", out, "--clip-limit", "3", "--tile-grid", "4x6"]) == 0
        picture = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
        assert picture.dtype == dtype
        assert shape in (None, picture.shape[:2])
        assert b"enhanced, not for diagnosis" in out.read_bytes()
        lines = [line.split() for line in capsys.readouterr().out.splitlines()]
        assert len(lines) >= 2
        assert all(np.isfinite(float(value)) for _, value in lines)


def test_segment_writes_both_masks_in_the_films_frame(mdb028, malignant_dicom, tmp_path, capsys):
    out = tmp_path / "new" / "masks"
    assert exit_code(["segment", mdb028, malignant_dicom, "--out", out]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "1-283.pectoral.png",
        "1-283.png",
        "mdb028.pectoral.png",
        "mdb028.png",
    ]
    assert capsys.readouterr().out.split() == [str(out / "mdb028.png"), str(out / "1-283.png")]
    for stem, shape in (("mdb028", (1024, 1024)), ("1-283", None)):
        breast, pectoral = (cv2.imread(str(out / f"{stem}{end}"), -1) for end in (".png", ".pectoral.png"))
        assert breast.dtype == np.uint8
        assert breast.shape == (shape or pectoral.shape)
        assert set(np.unique(breast)) == {0, 255}
        assert set(np.unique(pectoral)) <= {0, 255}
        assert not (pectoral & ~breast).any()
        assert 0.05 < (breast > 0).mean() < 0.9


def test_explain_writes_a_map_in_the_films_frame(mdb028, tmp_path, capsys):
    assert exit_code(["explain", mdb028, "--method", "gradcam", "--out", tmp_path / "h.npy"]) == 0
    heatmap = np.load(io.BytesIO((tmp_path / "h.npy").read_bytes()))
    assert heatmap.dtype == np.float32
    assert heatmap.shape == (1024, 1024)
    assert 0 <= heatmap.min() <= heatmap.max() <= 1
    assert exit_code(["explain", mdb028, "--target", "normal", "--out", tmp_path / "overlay.png"]) == 0
    assert cv2.imread(str(tmp_path / "overlay.png")).shape == (1024, 1024, 3)


def test_import_mias_says_what_is_missing(mdb028, tmp_path, capsys):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "mdb028.pgm").write_bytes(mdb028.read_bytes())
    assert exit_code(["import-mias", tmp_path / "source", "--target", tmp_path / "mias"]) == 1
    said = capsys.readouterr()
    assert said.out == f"1 films in {tmp_path / 'mias'}: 1 imported, 0 already there\n"
    assert "321 of 322 films are missing" in said.err
    assert exit_code(["import-mias", tmp_path / "nowhere", "--target", tmp_path / "mias"]) == 1
    assert "does not exist" in capsys.readouterr().err
