"""Folds of women: stratified, repeatable, and never a woman in two parts."""

from collections import Counter

import pytest

from mammo_core.errors import DatasetError
from mammo_core.mias.index import FILM_IDS, background_tissue, films_of, woman_class, woman_of
from mammo_core.mias.splits import (
    N_FOLDS,
    N_REPEATS,
    check_women_apart,
    deal_folds,
    fold_films,
    format_folds,
    load_folds,
    make_folds,
    split_digest,
)


def test_committed_folds_are_those_the_code_deals():
    assert load_folds() == make_folds()


@pytest.mark.parametrize("repeat", range(N_REPEATS))
def test_every_film_is_tested_once_in_each_repeat(repeat):
    parts = [fold_films(repeat, fold) for fold in range(N_FOLDS)]
    assert sorted(film_id for _, test in parts for film_id in test) == list(FILM_IDS)
    for train, test in parts:
        assert sorted(train + test) == list(FILM_IDS)
        assert not {woman_of(f) for f in train} & {woman_of(f) for f in test}


@pytest.mark.parametrize("repeat", range(N_REPEATS))
@pytest.mark.parametrize("of", [woman_class, lambda woman: background_tissue(films_of(woman)[0])])
def test_folds_are_stratified(repeat, of):
    counts = Counter((of(woman), folds[repeat]) for woman, folds in load_folds().items())
    for value in {value for value, _ in counts}:
        in_folds = [counts[value, fold] for fold in range(N_FOLDS)]
        assert max(in_folds) - min(in_folds) <= 2


def test_repeats_differ_and_seeds_matter():
    repeats = list(zip(*load_folds().values(), strict=True))
    assert len(set(repeats)) == N_REPEATS
    assert make_folds(seed=1) != make_folds()


def test_inner_folds_deal_only_the_given_women():
    women = sorted({woman_of(film_id) for film_id in fold_films(0, 0)[0]})
    inner = deal_folds(women, 4, 7)
    assert sorted(inner) == women
    assert deal_folds(women[::-1], 4, 7) == inner
    assert set(inner.values()) == {0, 1, 2, 3}


@pytest.mark.parametrize(("women", "n_folds"), [([1, 1, 2], 2), ([1, 2], 3), ([1, 2], 1)])
def test_refuses_to_deal_nonsense(women, n_folds):
    with pytest.raises(ValueError, match=r"woman|n_folds"):
        deal_folds(women, n_folds, 0)


def test_fails_on_any_woman_in_two_parts():
    check_women_apart({"training": ["mdb001", "mdb002", "mdb001"], "test": ["mdb003"]})
    with pytest.raises(DatasetError, match="woman 2 is in two parts: mdb003 in training, mdb004 in test"):
        check_women_apart({"training": ["mdb001", "mdb003"], "test": ["mdb004"]})
    with pytest.raises(DatasetError, match="woman 1 is in two parts"):
        check_women_apart({"training": ["mdb001"], "test": ["mdb001"]})


def test_a_repeat_or_fold_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="repeat must be"):
        fold_films(5, 0)
    with pytest.raises(ValueError, match="repeat must be"):
        fold_films(0, -1)


def test_digest_follows_the_folds():
    folds = load_folds()
    moved = folds | {1: tuple((fold + 1) % N_FOLDS for fold in folds[1])}
    assert split_digest(folds) == split_digest(make_folds())
    assert split_digest(moved) != split_digest(folds)


def test_refuses_altered_folds(tmp_path):
    text = format_folds(load_folds())
    lines = text.splitlines()
    for name, altered in [
        ("lacking", "\n".join(lines[:-1])),
        ("twice", "\n".join([*lines, lines[-1]])),
        ("number", text.replace("\n1,", "\n1,9")),
        ("words", text.replace("\n1,", "\n1,x")),
    ]:
        path = tmp_path / f"{name}.csv"
        path.write_text(altered)
        with pytest.raises(DatasetError, match="estore"):
            load_folds(path)
