"""Contests of speed count what they say, and docs/speed.md shows what `make bench` measured."""

import json
import re

import pytest

from benchmarks import speed_start, speed_text
from benchmarks.contest import Contest, Result, as_json, head, hold, line
from mammo_core.config import ROOT

AIMS = {
    "library": {2, 1.5, 1 / 40},
    "start": {1.5, 0.1},
    "browser": {1.5},
    "memory": {1.2},
    "learning": {1.1},
}


@pytest.fixture(scope="module")
def results():
    return json.loads(speed_text.RESULTS.read_text(encoding="utf-8"))


def told(*milliseconds):
    """Work that says itself how long it took; the first time warms up."""
    times = iter(milliseconds)
    return lambda: next(times)


def test_a_ratio_is_the_median_of_turns_so_that_one_slow_turn_changes_nothing():
    result = hold(Contest("work", told(90, 20, 30, 900), "floor", told(50, 10, 10, 300), runs=3))
    assert result.ratio == 3
    assert (result.work, result.floor) == (30, 10)


def test_beside_a_ratio_stands_the_middle_half_of_the_turns():
    result = hold(Contest("work", told(9, 1, 2, 3, 4, 500), "floor", told(9, 1, 1, 1, 1, 1), runs=5))
    assert result.half == (2, 4)
    assert "2 to 4" in line(result)


def test_work_that_tells_no_time_is_timed_by_the_clock():
    done = []
    result = hold(Contest("work", lambda: done.append("work"), "floor", lambda: done.append("floor"), runs=2))
    assert done == ["work", "floor", "work", "floor", "floor", "work"], "each side begins every other turn"
    assert result.work > 0


@pytest.mark.parametrize(("ratio", "at_most", "verdict"), [(1.4, 1.5, "met"), (1.6, 1.5, "MISSED"), (9, None, "")])
def test_a_line_says_whether_its_aim_was_met(ratio, at_most, verdict):
    result = Result("work", 10 * ratio, "floor", 10, ratio, at_most, 3)
    words = line(result)
    assert ("met" in words, "MISSED" in words) == (verdict == "met", verdict == "MISSED")
    assert as_json(result)["met"] is (verdict != "MISSED")
    assert words.index("floor") == head().index("floor", head().index("aim"))


def test_every_aim_was_measured(results):
    measured = {
        group: {line["at_most"] for line in lines if line["at_most"] is not None}
        for group, lines in results["groups"].items()
    }
    assert measured == AIMS


def test_the_document_shows_what_was_measured(results):
    assert speed_text.DOCUMENT.read_text(encoding="utf-8") == speed_text.document(results)


def test_a_missed_aim_is_said_in_the_document(results):
    (missed, *rest) = results["groups"]["start"]
    lines = [missed | {"met": False}, *rest]
    assert "**missed**" in speed_text.document(results | {"groups": results["groups"] | {"start": lines}})


def test_the_benchmarks_server_has_the_environment_that_make_run_gives_it():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert dict(re.findall(r"^run: export (\w+) := (\S+)$", makefile, re.MULTILINE)) == speed_start.ENVIRONMENT
