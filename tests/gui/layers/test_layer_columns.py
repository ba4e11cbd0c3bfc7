"""Which columns are shown where there is little room."""

from __future__ import annotations

from rmt_studio.gui.layers.columns import COMPARISON, DEFAULT_COLUMNS, Column
from rmt_studio.gui.layers.room import columns_that_fit

WIDTHS = dict.fromkeys(Column, 50) | {Column.LAYER: 120, Column.KS: 90}
BRIEF = {Column.LAYER: 100, Column.KS: 50}
WHOLE = sum(WIDTHS[column] for column in DEFAULT_COLUMNS)


def fitted(available, wanted=DEFAULT_COLUMNS):
    return columns_that_fit(wanted, WIDTHS, BRIEF, available)


def test_that_everything_is_shown_where_it_fits():
    assert fitted(WHOLE) == {column: WIDTHS[column] for column in DEFAULT_COLUMNS}


def test_that_room_left_over_goes_to_the_histogram_and_the_names():
    widths = fitted(WHOLE + 90)
    assert sum(widths.values()) == WHOLE + 90
    assert widths[Column.SPECTRUM] == WIDTHS[Column.SPECTRUM] + 30
    assert widths[Column.LAYER] == WIDTHS[Column.LAYER] + 60


def test_that_the_null_beside_the_distance_gives_way_first():
    widths = fitted(WHOLE - 10)
    assert tuple(widths) == DEFAULT_COLUMNS
    assert widths[Column.KS] == BRIEF[Column.KS]
    assert sum(widths.values()) == WHOLE - 10


def test_that_shape_gives_way_before_edge():
    assert set(DEFAULT_COLUMNS) - set(fitted(WHOLE - 50)) == {Column.SHAPE}
    assert set(DEFAULT_COLUMNS) - set(fitted(WHOLE - 100)) == {Column.SHAPE, Column.EDGE}


def test_that_names_are_shortened_last_and_not_below_their_least():
    assert fitted(WHOLE - 40 - 100 - 5)[Column.LAYER] == WIDTHS[Column.LAYER] - 5
    assert fitted(100)[Column.LAYER] == BRIEF[Column.LAYER]


def test_that_columns_a_person_asked_for_stay():
    wanted = (*DEFAULT_COLUMNS, Column.PARAMETERS)
    widths = fitted(200, wanted)
    assert set(widths) == set(wanted)
    assert widths[Column.LAYER] == WIDTHS[Column.LAYER]


def test_that_while_comparing_the_histogram_gives_way_as_well():
    wanted = (*DEFAULT_COLUMNS, *COMPARISON)
    whole = WHOLE + 3 * 50
    assert set(wanted) - set(fitted(whole, wanted)) == set()
    without = {Column.SHAPE, Column.EDGE, Column.SPECTRUM}
    assert set(wanted) - set(fitted(whole - 150, wanted)) == without
