"""Training settings are changed by name, and a wrong name is an error."""

import pytest

from mammo_core.evaluate.settings import Settings, apply_settings


def test_a_nested_setting_is_changed_and_the_rest_is_left():
    settings = apply_settings(Settings(), ["train.film.n_components=64", "preprocess.clahe=true"])
    assert settings.train.film.n_components == (64,)
    assert settings.preprocess.clahe is True
    assert settings.train.region == Settings().train.region


def test_a_whole_number_serves_where_a_fraction_is_expected():
    assert apply_settings(Settings(), ["train.screening_sensitivity=1"]).train.screening_sensitivity == 1.0


def test_several_choices_are_left_to_the_inner_folds():
    settings = apply_settings(Settings(), ["train.film.n_components=[64, 96]", "train.film.inverse_penalty=[1, 0.5]"])
    assert settings.train.film.n_components == (64, 96)
    assert settings.train.film.inverse_penalty == (1.0, 0.5)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("train.film.colour=red", "known here: n_components, inverse_penalty"),
        ("film.n_components=3", "known here: preprocess, train"),
        ("train.film=3", "is a section"),
        ("train.seed.more=3", "has no parts"),
        ("train.seed=many", "like 0"),
        ("train.film.n_components=2.5", "like 160"),
        ("train.film.n_components=[]", "list of such"),
        ("train.film.n_components=[64", "like"),
        ("preprocess.tile_grid=[8]", "like"),
        ("train.seed", "section.key=value"),
    ],
)
def test_a_wrong_setting_says_what_is_known(assignment, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        apply_settings(Settings(), [assignment])
