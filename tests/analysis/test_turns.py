"""Turns of workers that need much memory."""

from __future__ import annotations

import copy
import dataclasses
import threading

import pytest
import torch

from rmt_studio.analysis import analyze
from rmt_studio.analysis.turns import Turns
from rmt_studio.progress import Cancelled
from rmt_studio.spectra import Spectrum
from rmt_studio.spectra.wide import Wide

PATIENCE = 60


def _in_thread(turns, size, outcome):
    def hold():
        try:
            with turns(size):
                outcome.append("held")
        except Cancelled:
            outcome.append("none")

    thread = threading.Thread(target=hold)
    thread.start()
    return thread


def test_that_what_fits_goes_together():
    turns = Turns(10)
    with turns(4), turns(6):
        outcome = []
        waiting = _in_thread(turns, 1, outcome)
        assert outcome == []
    waiting.join(PATIENCE)
    assert outcome == ["held"]


def test_that_what_is_larger_than_the_room_goes_alone():
    turns, outcome = Turns(10), []
    with turns(30):
        waiting = _in_thread(turns, 1, outcome)
        assert outcome == []
    waiting.join(PATIENCE)
    assert outcome == ["held"]


def test_that_nobody_waits_after_the_end():
    turns, outcome = Turns(10), []
    with turns(8):
        waiting = _in_thread(turns, 8, outcome)
        turns.close()
        waiting.join(PATIENCE)
        assert outcome == ["none"]


def test_that_an_error_gives_the_room_back():
    turns = Turns(10)
    with pytest.raises(ValueError, match="broken"), turns(10):
        raise ValueError("broken")
    with turns(10):
        pass


@pytest.fixture
def singular_model(demo_model):
    """The demo with half of the rows and columns of every matrix zero."""
    module = copy.deepcopy(demo_model.module)
    model = dataclasses.replace(demo_model, module=module)
    with torch.no_grad():
        for layer in model.layers:
            weight = model.weight(layer)
            weight[weight.shape[0] // 2 :] = 0.0
            weight[:, weight.shape[1] // 2 :] = 0.0
    return model


def test_that_whole_copies_together_are_no_more_than_the_largest_layer(singular_model, monkeypatch):
    held, seen, lock = [0], [], threading.Lock()
    enter = Turns.__call__

    class Counted:
        def __init__(self, turn, size):
            self.turn, self.size = turn, size

        def __enter__(self):
            self.turn.__enter__()
            with lock:
                held[0] += self.size
                seen.append(held[0])

        def __exit__(self, *error):
            with lock:
                held[0] -= self.size
            return self.turn.__exit__(*error)

    monkeypatch.setattr(Turns, "__call__", lambda self, n: Counted(enter(self, n), n))
    analysis = analyze(singular_model, workers=6)
    assert {layer.spectrum.route for layer in analysis} == {"decomposition"}
    assert len(seen) == len(singular_model.layers)
    assert max(seen) <= max(layer.size for layer in singular_model.layers)
    for layer in analysis:
        alone = Spectrum.of(singular_model.weight(layer.layer)).singular_values
        assert abs(layer.spectrum.singular_values - alone).max() <= 1e-12 * alone[0]


def test_that_cancelling_lets_no_further_worker_begin_a_decomposition(singular_model, monkeypatch):
    begun, go_on, whole, close = [], threading.Event(), Wide.whole, Turns.close

    def first_waits(wide):
        begun.append(wide)
        go_on.wait(PATIENCE)
        return whole(wide)

    def cancel_once_begun(*_told):
        if begun:
            raise Cancelled

    def closed(turns):
        close(turns)
        go_on.set()

    monkeypatch.setattr(Turns, "close", closed)
    monkeypatch.setattr(Wide, "whole", first_waits)
    largest = max(singular_model.layers, key=lambda layer: layer.size).name
    with pytest.raises(Cancelled):
        analyze(singular_model, layers=[largest] * 4, workers=4, progress=cancel_once_begun)
    assert len(begun) == 1
