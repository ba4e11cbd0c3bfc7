"""Many matrices at a time: order, progress, cancelling, errors, and what stays behind."""

from __future__ import annotations

import copy
import dataclasses
import threading

import numpy as np
import pytest
import torch

from rmt_studio.analysis import SpectrumCache, analyze, analyze_layer
from rmt_studio.analysis.workers import at_work, result_of, worker_count
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.spectra import batches


def _changed(model, name, change):
    module = copy.deepcopy(model.module)
    with torch.no_grad():
        change(module.get_submodule(name).weight)
    return dataclasses.replace(model, module=module)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_that_the_number_of_workers_changes_nothing(demo_model, demo_analysis, workers):
    arrived = []
    analysis = analyze(demo_model, workers=workers, on_layer=arrived.append)
    assert analysis.records() == demo_analysis.records()
    assert arrived == list(analysis)


def test_that_the_caller_hears_of_layers_in_its_own_thread(demo_model):
    threads = set()
    analyze(
        demo_model,
        workers=3,
        on_layer=lambda _layer: threads.add(threading.current_thread()),
        progress=lambda *_told: threads.add(threading.current_thread()),
    )
    assert threads == {threading.current_thread()}


def test_that_edge_tail_and_entries_are_there_before_anyone_asks(demo_model):
    layer = analyze(demo_model, layers=["head"])[0]
    assert {"edge", "tail"} <= vars(layer).keys()
    assert layer.entries.zeros == 0
    assert analyze(demo_model, layers=["head"], entries=False)[0].entries is None


def test_that_one_layer_alone_is_as_in_the_model(demo_model, demo_analysis):
    """To rounding: alone a matrix gets all threads, and sums in another order."""
    layer = demo_model.layer("blocks.1.mlp.fc2")
    alone, among = analyze_layer(demo_model, layer), demo_analysis[layer.name]
    found, expected = alone.spectrum.singular_values, among.spectrum.singular_values
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert alone.fit.upper_edge == pytest.approx(among.fit.upper_edge, rel=1e-12)
    assert (alone.fit.spikes, alone.fit.below) == (among.fit.spikes, among.fit.below)
    assert alone.entries == among.entries
    assert alone.record().keys() == among.record().keys()


def test_that_a_layer_that_is_named_twice_comes_twice(demo_model):
    assert [x.name for x in analyze(demo_model, layers=["head", "head"])] == ["head", "head"]
    assert len(analyze(demo_model, layers=[])) == 0


def test_that_progress_counts_every_layer(demo_model):
    told = []
    analyze(demo_model, progress=lambda *state: told.append(state))
    assert {total for _, total, _ in told} == {len(demo_model.layers)}
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[0] == (0, len(demo_model.layers), demo_model.layers[0].name)
    assert told[-1] == (len(demo_model.layers), len(demo_model.layers), "")


def test_that_cancelling_ends_it_while_a_matrix_is_waited_for():
    go_on, seen = threading.Event(), []

    def cancel():
        go_on.set()
        raise Cancelled

    def run():
        with at_work(lambda _: go_on.wait(60), [0, 1, 2], 1) as futures:
            seen.extend(futures)
            result_of(futures[0], cancel)

    with pytest.raises(Cancelled):
        run()
    assert [future.cancelled() for future in seen] == [False, True, True]


@pytest.mark.parametrize("workers", [1, 3])
def test_that_an_error_names_the_layer_and_ends_it(demo_model, workers):
    broken = _changed(demo_model, "blocks.1.mlp.fc1", lambda weight: weight[0, 0].fill_(torch.nan))
    arrived = []
    with pytest.raises(InputError, match=r"blocks\.1\.mlp\.fc1.*not finite"):
        analyze(broken, workers=workers, on_layer=lambda layer: arrived.append(layer.name))
    names = [layer.name for layer in broken.layers]
    assert arrived == names[: names.index("blocks.1.mlp.fc1")]


def test_that_torch_has_its_threads_again_afterwards(demo_model):
    before = torch.get_num_threads()
    seen = []
    try:
        torch.set_num_threads(3)
        with at_work(lambda _: torch.get_num_threads(), range(4), 2) as futures:
            assert [future.result() for future in futures] == [1, 1, 1, 1]
            later = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
            later.start()
            later.join()
        assert [*seen, torch.get_num_threads()] == [3, 3]
    finally:
        torch.set_num_threads(before)


def test_that_torch_has_its_threads_after_analyses_that_began_together():
    before, seen = torch.get_num_threads(), []

    def analysis():
        count = worker_count(4, "cpu")
        with at_work(lambda _: torch.get_num_threads(), range(4), count) as futures:
            seen.extend(future.result() for future in futures)

    try:
        torch.set_num_threads(2)
        for _ in range(40):
            together = [threading.Thread(target=analysis) for _ in range(3)]
            for one in together:
                one.start()
            for one in together:
                one.join()
            later = threading.Thread(target=lambda: seen.append(torch.get_num_threads() - 1))
            later.start()
            later.join()
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}


def test_that_nothing_is_work_enough():
    with at_work(len, [], 1) as futures:
        assert futures == []


def test_that_there_are_no_more_workers_than_matrices_or_than_one_on_another_device():
    assert worker_count(2, "cpu", 8) == 2
    assert worker_count(0, "cpu", 8) == 1
    assert worker_count(50, "cuda", 8) == 1
    assert worker_count(10**6, "cpu") <= max(torch.get_num_threads(), 1)


@pytest.mark.parametrize("kept", [False, True])
def test_that_batches_give_the_same_analysis(
    demo_model, demo_analysis, tmp_path, monkeypatch, kept
):
    monkeypatch.setattr(batches, "BYTES_ON_CPU", 2**24)
    cache = SpectrumCache(tmp_path) if kept else None
    arrived = []
    for _ in range(2):
        analysis = analyze(demo_model, cache=cache, on_layer=lambda x: arrived.append(x.name))
        assert [x.name for x in analysis] == [x.name for x in demo_model.layers]
        for ours, expected in zip(analysis, demo_analysis, strict=True):
            np.testing.assert_allclose(
                ours.spectrum.singular_values, expected.spectrum.singular_values, rtol=1e-11
            )
    assert len(arrived) == 2 * len(demo_model.layers)
    assert arrived[: len(demo_model.layers)] != [x.name for x in demo_model.layers]


def test_that_an_error_in_a_batch_names_the_layer(demo_model, monkeypatch):
    monkeypatch.setattr(batches, "BYTES_ON_CPU", 2**24)
    broken = _changed(demo_model, "blocks.1.mlp.fc1", lambda weight: weight[0, 0].fill_(torch.inf))
    with pytest.raises(InputError, match=r"blocks\.1\.mlp\.fc1.*not finite"):
        analyze(broken)


@pytest.mark.parametrize("device", ["meta", "cuda:99", "toaster"])
def test_that_a_device_that_cannot_be_used_is_named(demo_model, device):
    with pytest.raises(InputError, match=f"device {device}"):
        analyze(demo_model, device=device)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_that_cuda_gives_the_same_spectra(demo_model, demo_analysis):
    for ours, expected in zip(analyze(demo_model, device="cuda"), demo_analysis, strict=True):
        np.testing.assert_allclose(
            ours.spectrum.singular_values, expected.spectrum.singular_values, rtol=1e-10
        )
