"""How far a study is, in shares of the time it is expected to take."""

from __future__ import annotations

import pytest

from rmt_studio.studies.course import STEPS, Course, portion


class Told:
    """A progress callback that remembers."""

    def __call__(self, done, total, note=""):
        self.share, self.note = done / total, note


def test_that_a_portion_is_a_piece_of_the_whole():
    told = Told()
    report = portion(told, 0.25, 0.75, "piece")
    for done, share in ((0, 0.25), (1, 0.5), (2, 0.75)):
        report(done, 2, "layer")
        assert told.share == pytest.approx(share, abs=1 / STEPS)
    assert told.note == "piece: layer"


def test_that_rows_count_by_the_time_their_method_took(made_up):
    told = Told()
    course = Course(told, evaluation=1.0)
    slow = made_up("slow", 0.5, 0, 10, seconds_pruning=8.0, seconds=9.0)
    course.learn(slow)
    course.learn(made_up("quick", 0.5, 0, 10, seconds_pruning=0.0, seconds=1.0))
    course.row("slow", ["quick"], "row")(0, 1)
    assert told.share == pytest.approx(10 / 20, abs=1 / STEPS)
    course.row("slow", ["quick"], "row")(1, 1)
    assert told.share == pytest.approx(19 / 20, abs=1 / STEPS)
    assert course.pruning_share("slow") == 8 / 9
    assert course.expected("never seen") == 5.0


def test_that_rows_of_an_earlier_run_teach_and_take_no_time(made_up):
    course = Course(Told(), evaluation=1.0)
    course.learn(made_up("slow", 0.5, 0, 10, seconds_pruning=8.0, kept=True))
    assert course.elapsed == 0
    assert course.expected("slow") == 9
