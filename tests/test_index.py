"""The MIAS index and its traps."""

from collections import Counter

import pytest

from mammo_core.errors import DatasetError
from mammo_core.mias.films import open_films
from mammo_core.mias.index import (
    FILM_IDS,
    annotations_by_film,
    background_tissue,
    check_complete,
    film_class,
    films_of,
    format_annotations,
    load_annotations,
    parse_index,
    woman_class,
    woman_of,
)
from mammo_core.types import Annotation, Circle

INFO = """\
7th column: Approximate radius
=====
mdb005 F CIRC B 477 133 30
mdb006 F NORM \r
mdb059 F CIRC B
mdb144 F MISC B 233 994 29
mdb144 F MISC M 313 540 27
mdb216 D CALC M *NOTE 3*\x20
"""


def test_flips_y_to_the_top_left_origin():
    first = parse_index(INFO)[0]
    assert first == Annotation("mdb005", 3, "F", "CIRC", "benign", Circle(477.0, 1023.0 - 133.0, 30.0))


def test_reads_rows_without_a_place():
    rows = {row.film_id: row for row in parse_index(INFO)}
    assert rows["mdb006"] == Annotation("mdb006", 3, "F", "NORM", "normal", None)
    assert rows["mdb059"].circle is None
    assert rows["mdb059"].severity == "benign"
    assert rows["mdb216"] == Annotation("mdb216", 108, "D", "CALC", "malignant", None)


@pytest.mark.parametrize("row", ["mdb001 X NORM", "mdb001 G CIRC B 535", "mdb001 G CIRC", "mdb999 G NORM"])
def test_refuses_rows_it_does_not_understand(row):
    with pytest.raises(DatasetError, match="line 1"):
        parse_index(row)


def test_committed_index_has_the_published_counts():
    rows = load_annotations()
    several = sorted(film for film, n in Counter(row.film_id for row in rows).items() if n > 1)
    no_place = [row.film_id for row in rows if row.severity != "normal" and row.circle is None]
    assert len(rows) == 330
    assert several == ["mdb005", "mdb132", "mdb144", "mdb223", "mdb226", "mdb239", "mdb249"]
    assert no_place == ["mdb059", "mdb216", "mdb233", "mdb245"]
    assert Counter(map(film_class, FILM_IDS)) == {"normal": 207, "benign": 63, "malignant": 52}


def test_worst_row_gives_the_class_of_film_and_woman():
    assert [row.severity for row in annotations_by_film()["mdb144"]] == ["benign", "malignant"]
    assert film_class("mdb144") == "malignant"
    assert film_class("mdb143") == "normal"
    assert woman_class(72) == "malignant"


def test_neighbours_are_one_woman():
    assert (woman_of("mdb001"), woman_of("mdb002"), woman_of("mdb003"), woman_of("mdb322")) == (1, 1, 2, 161)
    assert all(woman_of(film_id) == woman for woman in range(1, 162) for film_id in films_of(woman))
    assert all(len({background_tissue(film_id) for film_id in films_of(woman)}) == 1 for woman in range(1, 162))


@pytest.mark.parametrize("name", ["mdb000", "mdb323", "mdb1", "../mdb001", "MDB001", "", "mdb001.pgm"])
def test_refuses_a_film_that_mias_does_not_have(name):
    with pytest.raises(ValueError, match="mdb001 to mdb322"):
        woman_of(name)
    with pytest.raises(ValueError, match="mdb001 to mdb322"):
        film_class(name)


def test_refuses_a_partial_index():
    with pytest.raises(DatasetError, match="330 rows"):
        check_complete(parse_index(INFO))


def test_refuses_an_altered_csv(tmp_path):
    path = tmp_path / "annotations.csv"
    text = format_annotations(load_annotations())
    with pytest.raises(DatasetError, match="cannot be read"):
        load_annotations(path)
    for name, altered, message in [
        ("columns", text.replace("severity", "truth"), "columns"),
        ("woman", text.replace("mdb003,2,", "mdb003,3,"), "mdb003"),
        ("rows", text.replace("mdb322,161,D,NORM,normal,,,\n", ""), "mdb322"),
    ]:
        path = tmp_path / f"{name}.csv"
        path.write_text(altered)
        with pytest.raises(DatasetError, match=message):
            load_annotations(path)


def test_csv_is_the_published_list_parsed(tmp_path, mias_dir):
    info = mias_dir / "Info.txt"
    if info.is_file():
        assert parse_index(info.read_text(encoding="latin-1")) == load_annotations()
    path = tmp_path / "again.csv"
    path.write_text(format_annotations(load_annotations()))
    assert load_annotations(path) == load_annotations()
    check_complete(load_annotations())


def test_opens_films_of_a_folder_in_order(mias_dir):
    films = open_films(mias_dir)
    assert list(films)[:2] == ["mdb001", "mdb002"]
    assert len(films["mdb322"]) == 1024 * 1024 + 17
    assert "mdb323" not in films


def test_says_where_films_are_missing(tmp_path):
    with pytest.raises(DatasetError, match=r"no film mdbNNN\.pgm"):
        open_films(tmp_path)
    broken = tmp_path / "all-mias.tar.gz"
    broken.write_bytes(b"\x1f\x8b not an archive")
    with pytest.raises(DatasetError, match="not a whole tar archive"):
        open_films(tmp_path)
