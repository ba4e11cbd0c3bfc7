"""A window that is gone leaves nothing for a collection that may run in any thread."""

from __future__ import annotations

import gc
import weakref

import pytest

from rmt_studio.gui.studies import ComparisonWindow, SearchWindow


@pytest.mark.parametrize("kind", [ComparisonWindow, SearchWindow])
def test_that_a_window_dies_by_reference_count(bench, qapp, kind):
    gc.collect()
    gc.disable()
    try:
        window = kind(bench)
        gone = weakref.ref(window)
        del window
        assert gone() is None
    finally:
        gc.enable()
    qapp.processEvents()
