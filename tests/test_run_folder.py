"""A long run keeps its finished parts, and never takes those of other settings for its own."""

from dataclasses import replace

from mammo_core.evaluate.run_folder import RunFolder
from mammo_core.evaluate.settings import Settings, apply_settings


def test_a_finished_part_is_there_again_after_a_restart(tmp_path):
    folder = RunFolder(Settings(), tmp_path)
    assert not folder.has("repeat-0-fold-1")
    folder.save("repeat-0-fold-1", {"rows": [1, 2]})
    again = RunFolder(Settings(), tmp_path)
    assert again.has("repeat-0-fold-1")
    assert again.load("repeat-0-fold-1") == {"rows": [1, 2]}
    assert again.parts("repeat-*") == ["repeat-0-fold-1"]


def test_a_part_that_was_cut_off_while_it_was_written_counts_for_nothing(tmp_path):
    folder = RunFolder(Settings(), tmp_path)
    (folder.path / "repeat-0-fold-1.partial").write_text('{"rows": [1')
    assert not folder.has("repeat-0-fold-1")
    assert folder.parts("repeat-*") == []


def test_other_settings_get_another_folder(tmp_path):
    settings = Settings()
    others = [
        apply_settings(settings, ["train.film.n_components=[64]"]),
        apply_settings(settings, ["preprocess.clahe=true"]),
        replace(settings, train=replace(settings.train, seed=1)),
    ]
    assert len({RunFolder(s, tmp_path).path for s in [settings, *others]}) == 4
