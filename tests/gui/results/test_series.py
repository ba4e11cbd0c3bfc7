"""How runs become series of the plot."""

from __future__ import annotations

import pytest

from rmt_studio.gui.results.series import DENSE, LOOKS, compare, looks_of, series_name

from .conftest import dense_run, pruned_run


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Global magnitude 30% of blocks", "Global magnitude"),
        ("Spectral edge budget 12.5 % of model", "Spectral edge budget"),
        ("own rules", "own rules"),
        ("30%", "30%"),
    ],
)
def test_that_runs_of_one_budget_share_a_name(label, name):
    assert series_name(pruned_run(label, 0.3, 500)) == name


def test_that_points_of_a_series_go_from_large_to_small(runs):
    series = {one.name: one for one in compare(runs).series}
    kept = [point.parameters for point in series["Global magnitude"].points]
    assert kept == [4_000_000, 3_000_000]
    assert [point.index for point in series["Global magnitude"].points] == [3, 1]


def test_that_series_have_looks_of_their_own_which_a_later_run_does_not_change(runs):
    before, after = looks_of(runs[:3]), looks_of([*runs, pruned_run("mine", 0.1, 580)])
    assert before.items() <= after.items()
    assert after["dense"] is DENSE
    assert len({(look.symbol, look.line) for look in LOOKS}) == len(LOOKS)


def test_that_the_newest_dense_run_is_the_reference(runs):
    assert compare(runs).dense.index == 0
    assert compare([*runs, dense_run(588)]).dense.index == 4
    assert compare(runs[1:]).dense is None


def test_that_only_runs_on_the_images_of_the_newest_one_are_compared(runs):
    other = pruned_run("Global magnitude 10% of blocks", 0.1, 90, 1, 2, n=100, images="digits")
    comparison = compare([*runs, other])
    assert (comparison.images, comparison.n, comparison.elsewhere) == ("digits", 100, 4)
    assert comparison.dense is None
    assert [point.index for one in comparison.series for point in one.points] == [4]
