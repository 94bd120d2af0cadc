"""What docs/applicability.md says in words comes from its tables."""

from benchmarks.applicability_report import AS_IT_IS, Outcome, what_breaks


def test_what_breaks_is_told_from_the_outcomes():
    steady = Outcome(True, False, True, 0.002, True, 1.0)
    moved = Outcome(True, False, True, -0.05, False, 20.0)
    same = {AS_IT_IS: [steady], "mirrored": [steady, steady], "noise": [moved, steady], "lost": [Outcome(False)]}
    other = {"gamma": [moved, moved], "negative": [Outcome(True, True, False, 0.2)] * 2}
    text = list(what_breaks(same, other))
    assert "mirrored (0.2)" in text[2]
    assert "noise" not in text[2]
    assert "noise (2.6; the strongest mark elsewhere on 1 of 2 films)" in text[3]
    assert "gamma (5.0; found unlike on 0 of 2 films)" in text[4]
    assert "negative" not in text[4]
    assert not any("lost" in line for line in text)
