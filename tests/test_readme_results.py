"""The README's numbers are the active model's, written by the program."""

from scripts.readme_results import README, with_results


def test_the_readme_shows_what_the_active_models_scores_give():
    text = README.read_text(encoding="utf-8")
    assert with_results(text) == text
