"""Tab goes through the window as one reads it: room after room."""

from __future__ import annotations

from PySide6.QtCore import Qt


def test_that_tab_goes_through_the_header_before_the_first_page(window):
    chain = [window]
    while (widget := chain[-1].nextInFocusChain()) is not window:
        chain.append(widget)
    stops = [w for w in chain if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    places = [
        [place for place, widget in enumerate(stops) if part.isAncestorOf(widget)]
        for part in (window.header, window.welcome)
    ]
    assert all(places)
    assert max(places[0]) < min(places[1])


def test_that_tab_goes_from_left_to_right(demo):
    stops, widget = [], demo
    while (widget := widget.nextInFocusChain()) is not demo:
        stops.append(widget.objectName())
    order = [
        "button_open_model",
        "layer_filter",
        "layer_table",
        "spectrum_tabs",
        "method",
        "target",
    ]
    places = [stops.index(name) for name in order]
    assert places == sorted(places)


def test_that_tab_leaves_a_room_only_for_the_next(demo):
    demo.actions_by_id["heat_map"].trigger()  # made late
    panels = (demo.inspector, demo.jobs, demo.results)
    rooms = (demo.header, demo.layers, demo.spectrum, *panels)
    stops, widget = [], demo
    while (widget := widget.nextInFocusChain()) is not demo:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            stops += [place for place, room in enumerate(rooms) if room.isAncestorOf(widget)]
    assert set(stops) == set(range(len(rooms)))
    assert stops == sorted(stops)
