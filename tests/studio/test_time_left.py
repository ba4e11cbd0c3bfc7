"""How long work still takes: by the measured rate, and unknown where there is none."""

from __future__ import annotations

import pytest

from rmt_studio.studio.time_left import TimeLeft


def reports(left, steps):
    """Give the estimate after each of (seconds, done), of 100."""
    return [left.after(done, 100, seconds) for seconds, done in steps]


def test_that_nothing_is_claimed_before_a_second_was_measured():
    assert reports(TimeLeft(), [(0, 0), (0.3, 3), (0.9, 9)]) == [None, None, None]


def test_that_a_steady_rate_gives_the_time_that_is_left():
    assert reports(TimeLeft(), [(0, 0), (2, 10), (4, 20)])[1:] == pytest.approx([18, 16])


def test_that_steps_taken_from_a_file_are_not_taken_for_speed():
    assert reports(TimeLeft(), [(0, 60), (10, 70)])[-1] == pytest.approx(30)


def test_that_another_total_begins_anew():
    left = TimeLeft()
    assert left.after(0, 100, 0.0) is None
    assert left.after(50, 100, 5.0) == pytest.approx(5)
    assert left.after(1, 700, 6.0) is None
    assert left.after(11, 700, 16.0) == pytest.approx(689)


def test_that_the_estimate_follows_a_change_of_pace_without_a_jump():
    left = TimeLeft()
    reports(left, [(t, t) for t in range(31)])  # one step a second, then a tenth of that
    first = left.after(31, 100, 40.0)
    later = [left.after(31 + k, 100, 40.0 + 10 * k) for k in range(1, 8)]
    assert 69 < first < 690
    assert later[-1] == pytest.approx(620, rel=0.2)


def test_that_a_step_that_takes_far_too_long_makes_it_unknown():
    left = TimeLeft()
    reports(left, [(0, 0), (10, 99)])
    assert left.after(99, 100, 10.05) == pytest.approx(10 / 99 - 0.05)
    assert left.after(99, 100, 20.0) is None
