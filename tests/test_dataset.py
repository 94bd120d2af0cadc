"""The seed's data set: exact sizes, the same bytes for the same seed, women apart or named as leaking."""

import csv
import json
from collections import Counter

import numpy as np
import pytest

from mammo_core.cli.main import main
from mammo_core.errors import DatasetError
from mammo_core.film.load import load_mammogram
from mammo_core.film.regions import seed_crop
from mammo_core.mias import dataset_sources
from mammo_core.mias.augment import N_VARIANTS, all_variants
from mammo_core.mias.dataset import COLUMNS, CONFIG, build_dataset, cut_source
from mammo_core.mias.dataset_sources import PROTOCOLS, QUOTAS, deal_sources, find_sources, leaking_women
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, film_class, films_of, woman_class, woman_of
from mammo_core.preprocess import preprocess
from mammo_core.types import LABELS, Box, pixel_digest

SEEDS = range(20)
FILES = ["dataset.json", "manifest.csv"] + [
    f"{part}_{what}.npy" for part in ("test", "train", "validation") for what in ("images", "labels")
]


@pytest.fixture
def small(monkeypatch):
    """Quotas that need a dozen films instead of two hundred."""
    quotas = {"train": (2, 2, 2), "validation": (2, 1, 1), "test": (1, 1, 1)}
    monkeypatch.setattr(dataset_sources, "QUOTAS", quotas)
    return quotas


@pytest.fixture
def films(mias_dir):
    return open_films(mias_dir)


def manifest_of(folder):
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- which regions go where


def test_the_sizes_are_the_seeds():
    assert [sum(QUOTAS[part]) for part in ("train", "validation", "test")] == [99, 47, 48]
    assert [n * N_VARIANTS for n in QUOTAS["train"]] == [528, 528, 528]
    assert sum(QUOTAS["train"]) * N_VARIANTS == 1584


def test_every_placed_lesion_and_every_normal_film_is_a_source():
    sources = find_sources()
    assert Counter(LABELS[source.label] for source in sources) == {"normal": 207, "benign": 67, "malignant": 51}
    assert len({source.region_id for source in sources}) == len(sources)
    films = {source.film_id for source in sources}
    assert not films & {"mdb059", "mdb212", "mdb216", "mdb233", "mdb245"}  # without a place, or placed in air
    assert all(film_class(source.film_id) == "normal" for source in sources if source.circle is None)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("seed", SEEDS)
def test_parts_have_their_quotas_and_share_no_film(protocol, seed):
    chosen = deal_sources(find_sources(), seed, protocol)
    assert list(chosen) == list(QUOTAS)
    for part, sources in chosen.items():
        assert tuple(Counter(source.label for source in sources)[label] for label in range(3)) == QUOTAS[part]
    films = [{source.film_id for source in sources} for sources in chosen.values()]
    assert sum(map(len, films)) == len(set.union(*films))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_woman_is_in_two_parts(seed):
    assert leaking_women(deal_sources(find_sources(), seed)) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_seeds_protocol_leaks_and_names_the_women(seed):
    chosen = deal_sources(find_sources(), seed, "seed")
    leaking = leaking_women(chosen)
    assert len(leaking) > 10
    parts = {source.film_id: part for part, sources in chosen.items() for source in sources}
    assert all(parts[first] != parts[second] for first, second in map(films_of, leaking))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_choice_follows_the_seed_and_not_the_order_of_films(protocol):
    sources = find_sources()
    assert deal_sources(sources, 1, protocol) == deal_sources(sources[::-1], 1, protocol)
    assert deal_sources(sources, 1, protocol) != deal_sources(sources, 2, protocol)


def test_every_source_gets_its_chance_of_every_part():
    """No film is favoured: over many seeds the test part takes from all women."""
    tested = {s.woman_id for seed in range(60) for s in deal_sources(find_sources(), seed)["test"]}
    assert len(tested) > 150


def test_says_which_part_lacks_regions():
    few = [source for source in find_sources() if source.label != 2 or source.film_id < "mdb200"]
    with pytest.raises(DatasetError, match=r"the train part needs 33 malignant regions .* import all 322 films"):
        deal_sources(few, 0)
    with pytest.raises(DatasetError, match="needs 33 normal"):
        deal_sources([], 0)


def test_refuses_an_unknown_protocol():
    with pytest.raises(ValueError, match="must be one of woman, seed, not 'film'"):
        deal_sources(find_sources(), 0, "film")


# --- what is written


@pytest.fixture
def built(tmp_path, films, small):
    report = build_dataset(tmp_path / "set", films=films)
    return report, manifest_of(report.folder)


def test_writes_the_arrays_as_said(built, small):
    report, rows = built
    assert sorted(path.name for path in report.folder.iterdir()) == FILES
    assert report.counts == {"train": (32, 32, 32), "validation": (2, 1, 1), "test": (1, 1, 1)}
    for part in small:
        images, labels = (np.load(report.folder / f"{part}_{what}.npy") for what in ("images", "labels"))
        assert images.shape == (sum(report.counts[part]), 224, 224)
        assert images.dtype == labels.dtype == np.uint8
        assert tuple(np.bincount(labels)) == report.counts[part]
        of_part = [row for row in rows if row["part"] == part]
        assert [int(row["index"]) for row in of_part] == list(range(len(images)))
        assert [int(row["label"]) for row in of_part] == labels.tolist()
        assert [row["digest"] for row in of_part] == [pixel_digest(image) for image in images]


def test_variants_are_in_training_only(built):
    _, rows = built
    assert {row["part"] for row in rows if row["variant"] != "0"} == {"train"}
    numbers = Counter(row["variant"] for row in rows if row["part"] == "train")
    assert numbers == {str(number): 6 for number in range(N_VARIANTS)}
    assert len({row["digest"] for row in rows}) == len(rows)


def test_every_picture_can_be_made_again_from_its_row(built, films):
    report, rows = built
    images = {part: np.load(report.folder / f"{part}_images.npy") for part in report.counts}
    sources = {(s.film_id, s.label): s for s in find_sources({row["film_id"] for row in rows})}
    for row in rows[::37] + rows[-7:]:
        prepared = preprocess(load_mammogram(films[row["film_id"]]), CONFIG)
        box = Box(*map(float, row["box"].split()))
        assert (float(row["x"]), float(row["y"])) == pytest.approx((box.x + box.width / 2, box.y + box.height / 2))
        assert int(row["woman_id"]) == woman_of(row["film_id"])
        source = sources[row["film_id"], int(row["label"])]
        variants = all_variants(seed_crop(prepared.image, prepared.box_from_film(box)), 0, source.region_id)
        assert np.array_equal(images[row["part"]][int(row["index"])], variants[int(row["variant"])])


def test_says_what_it_is(built):
    report, rows = built
    said = json.loads((report.folder / "dataset.json").read_text())
    assert list(rows[0]) == list(COLUMNS)
    assert (said["protocol"], said["seed"], said["n_leaking_women"]) == ("woman", 0, 0)
    assert said["n_images"] == {"train": 96, "validation": 4, "test": 3}
    assert said["digest"] == report.digest
    assert sorted(said["sha256"]) == FILES[1:]
    assert said["preprocess"]["clahe"] is True
    assert "comparison" in said["notice"]
    assert {row["leaks"] for row in rows} == {"0"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_same_seed_gives_the_same_bytes(tmp_path, films, small, protocol):
    reports = [build_dataset(tmp_path / name, protocol, seed, films) for name, seed in (("a", 5), ("b", 5), ("c", 6))]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert reports[0].digest == reports[1].digest != reports[2].digest


def test_a_leaking_set_marks_the_women_who_leak(tmp_path, films, monkeypatch):
    monkeypatch.setattr(dataset_sources, "QUOTAS", {"train": (6, 1, 1), "validation": (3, 0, 0), "test": (3, 0, 0)})
    normal_women = [woman for woman in range(1, 162) if woman_class(woman) == "normal"]
    pairs = {film_id for woman in normal_women[:6] for film_id in films_of(woman)}
    some = {film_id: films[film_id] for film_id in pairs | {"mdb028", "mdb010"}}
    report = build_dataset(tmp_path / "set", "seed", films=some)
    assert report.leaking_women
    said = json.loads((tmp_path / "set" / "dataset.json").read_text())
    assert said["leaking_women"] == list(report.leaking_women)
    assert said["n_leaking_women"] == len(report.leaking_women)
    assert "too good" in said["notice"]
    marked = {int(row["woman_id"]) for row in manifest_of(tmp_path / "set") if row["leaks"] == "1"}
    assert marked == set(report.leaking_women)


def test_an_interrupt_leaves_nothing(tmp_path, films, small):
    class Interrupted(dict):
        def __getitem__(self, film_id):
            if len(seen := self.setdefault("seen", [])) == 3:
                raise KeyboardInterrupt
            seen.append(film_id)
            return films[film_id]

        def __iter__(self):
            return iter(FILM_IDS)

    with pytest.raises(KeyboardInterrupt):
        build_dataset(tmp_path / "new" / "set", films=Interrupted())
    assert list((tmp_path / "new").iterdir()) == []


def test_progress_ends_at_one(tmp_path, films, small):
    told = []
    (tmp_path / "empty").mkdir()
    build_dataset(tmp_path / "empty", films=films, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_film_with_nothing_in_a_lesions_place_is_refused(tmp_path, films, small):
    same = dict.fromkeys(FILM_IDS, films["mdb318"])  # a small breast far at the side
    with pytest.raises(DatasetError, match="holds no breast"):
        build_dataset(tmp_path / "set", films=same)
    assert list(tmp_path.iterdir()) == []


def test_the_lesion_is_in_the_middle_of_its_square(films):
    source = next(source for source in find_sources(["mdb028"]))
    region, box = cut_source(preprocess(load_mammogram(films["mdb028"]), CONFIG), source)
    circle = source.circle
    assert box == Box(circle.x - circle.radius_px, circle.y - circle.radius_px, *2 * [2 * circle.radius_px])
    assert region[90:134, 90:134].mean() > region.mean() + 20  # a bright mass


# --- the verb


def test_the_verb_builds_and_tells(tmp_path, mias_dir, small, monkeypatch, capsys):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    assert main(["build-dataset", "--out", str(tmp_path / "set"), "--seed", "3"]) == 0
    said = capsys.readouterr()
    assert "96 train / 4 validation / 3 test, digest " in said.out
    assert "build-dataset 100 %" in said.err
    assert main(["build-dataset", "--out", str(tmp_path / "set")]) == 2
    assert "must be a new or an empty folder" in capsys.readouterr().err


def test_the_verb_refuses_before_any_work(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("kept")
    assert main(["build-dataset", "--out", str(tmp_path / "file")]) == 2
    assert (tmp_path / "file").read_text() == "kept"
    assert main(["build-dataset", "--out", str(tmp_path / "set")]) == 1
    assert "MIAS was not found" in capsys.readouterr().err
    for wrong in (["--seed", "-1"], ["--seed", "x"], ["--protocol", "film"]):
        with pytest.raises(SystemExit, match="2"):
            main(["build-dataset", "--out", str(tmp_path / "set"), *wrong])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_partial_mias_is_told(tmp_path, mias_dir, monkeypatch, capsys):
    partial = tmp_path / "mias"
    partial.mkdir()
    for film_id in FILM_IDS[:20]:
        (partial / f"{film_id}.pgm").symlink_to(mias_dir / f"{film_id}.pgm")
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(partial))
    assert main(["build-dataset", "--out", str(tmp_path / "set")]) == 1
    assert "import all 322 films" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


@pytest.mark.long
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_whole_set_has_the_seeds_sizes(tmp_path, films, protocol):
    report = build_dataset(tmp_path / "set", protocol, films=films)
    assert {part: sum(counts) for part, counts in report.counts.items()} == {
        "train": 1584,
        "validation": 47,
        "test": 48,
    }
    assert len(manifest_of(report.folder)) == 1584 + 47 + 48
