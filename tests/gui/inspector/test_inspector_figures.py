from __future__ import annotations

import pytest

from rmt_studio.gui.inspector.figures import (
    count_text,
    percent_text,
    short_count_text,
    size_text,
)


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (58560, "58 560"), (2**40, "1 099 511 627 776")],
)
def test_that_counts_are_grouped_by_three(count, text):
    assert plain(count_text(count)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (512, "512"),
        (5_717_416, "5.72 M"),
        (22_000_000, "22.0 M"),
        (999_600, "1.00 M"),
        (86_567_656, "86.6 M"),
        (632_045_800, "632 M"),
        (1_843_000_000, "1.84 G"),
    ],
)
def test_that_short_counts_have_three_digits(count, text):
    assert plain(short_count_text(count)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0 %"), (1, "100.0 %"), (0.941, "94.1 %"), (1e-9, "< 0.1 %"), (0.99999, "> 99.9 %")],
)
def test_that_a_share_is_written_as_whole_or_nothing_only_where_it_is(share, text):
    assert plain(percent_text(share)) == text


def test_that_sizes_are_in_decimal_units():
    assert plain(size_text(22_869_664)) == "22.9 MB"
    assert plain(size_text(12)) == "12 bytes"
