"""Spectra of checkpoints over training: what they hold, what is left out, how they are told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from rmt_studio.analysis import SpectrumCache, analyze_layer, analyze_series, list_series
from rmt_studio.analysis.series import Series
from rmt_studio.analysis.series_axes import SeriesAxes, SeriesFrame
from rmt_studio.analysis.series_metrics import METRICS
from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.stored_model import StoredNetwork
from rmt_studio.progress import Cancelled

from .series_folders import state, write_series


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_series(tmp_path_factory.mktemp("run"), (0, 1, 2, 5))


@pytest.fixture(scope="module")
def series(folder):
    return analyze_series(list_series(folder))


def test_that_each_step_is_what_the_analysis_of_its_file_says(series, folder):
    assert [(step.step, step.name) for step in series.steps] == [
        (step, f"epoch_{step}.pth") for step in (0, 1, 2, 5)
    ]
    assert series.names == ("0", "2")
    for step in series.steps:
        model = load_model("bare", checkpoint=folder / step.name)
        for name in series.names:
            alone = analyze_layer(model, model.layer(name))
            assert step.layers[name].fit == alone.fit
            mine, theirs = (one.spectrum.singular_values for one in (step.layers[name], alone))
            np.testing.assert_array_equal(mine, theirs)


def test_that_a_growing_signal_is_a_spike_that_leaves_the_bulk(series):
    # 0.1 k on every entry of 60 x 40 is a singular value of 0.1 k sqrt(60 * 40) = 4.9 k, and noise
    # of variance 1 ends near sqrt(60) + sqrt(40) = 14.1; one shows from (60 * 40)^(1/4) = 7 on
    track = series.track("0")
    assert track.values("spikes")[[0, 3]].tolist() == [0, 1]
    largest = track.values("largest_singular_value")
    assert largest[-1] > 1.3 * largest[0]
    assert np.all(np.diff(track.values("frobenius_norm")) > 0)
    other = series.track("2")
    for metric in METRICS:
        assert len(set(other.values(metric).tolist())) == 1, "the second matrix never changes"


def test_that_metrics_are_the_columns_of_the_record(series):
    layer = series.steps[-1].layers["0"]
    record = layer.record()
    squares = {"frobenius_norm": "norm", "largest_singular_value": "spectral_norm"}
    for key, metric in METRICS.items():
        expected = record[key] if key not in squares else record[squares[key]] ** 0.5
        assert metric.value(layer) == pytest.approx(expected, rel=1e-12)


def test_that_a_frame_has_a_row_per_step_and_matrix(series):
    frame = series.to_frame()
    assert len(frame) == 8
    assert frame.loc["0", "step"].tolist() == [0, 1, 2, 5]
    assert frame.loc["0", "spikes"].tolist() == series.track("0").values("spikes").tolist()
    told = json.loads(json.dumps(series.record(), allow_nan=False))
    assert [one["name"] for one in told["layers"]] == ["0", "2"]
    first = told["layers"][0]["steps"][-1]
    assert first["step"] == 5
    assert len(first["singular_values"]) == 40


def test_that_checkpoints_arrive_one_by_one_with_progress_over_all(folder):
    found, seen = [], []
    analyze_series(
        list_series(folder),
        on_step=found.append,
        progress=lambda done, total, note="": seen.append((done, total, note)),
    )
    assert [step.step for step in found] == [0, 1, 2, 5]
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert {total for _, total, _ in seen} == {8}
    assert seen[-1][0] == 8
    assert any("epoch_2.pth: 2" in note for _, _, note in seen)


def test_that_it_is_cancelled_between_matrices_and_keeps_what_was_told(folder):
    found = []

    def stop(done, total, note=""):
        if done >= 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyze_series(list_series(folder), on_step=found.append, progress=stop, workers=1)
    assert [step.step for step in found] == [0]


def test_that_no_checkpoint_is_read_whole(folder, monkeypatch):
    def refuse(self, source, progress=None):
        raise AssertionError("the whole network was read")

    monkeypatch.setattr(StoredNetwork, "read", refuse)
    assert len(analyze_series(list_series(folder))) == 4


def test_that_spectra_are_taken_from_the_cache(folder, tmp_path, monkeypatch):
    cache = SpectrumCache(tmp_path)
    first = analyze_series(list_series(folder), cache=cache)

    def refuse(*arguments, **options):
        raise AssertionError("a spectrum was computed again")

    monkeypatch.setattr("rmt_studio.analysis.run.spectra_of", refuse)
    again = analyze_series(list_series(folder), cache=cache)
    assert again.track("0").values("alpha").tolist() == first.track("0").values("alpha").tolist()


def test_that_a_broken_step_is_left_out_and_the_rest_goes_on(tmp_path):
    write_series(tmp_path, (1, 2, 3))
    tensors = state(0.2)
    tensors["2.weight"][0, 0] = torch.nan
    torch.save(tensors, tmp_path / "epoch_2.pth")
    told = []
    series = analyze_series(list_series(tmp_path), on_step=told.append)
    assert [step.step for step in series.steps] == [1, 3]
    assert [entry.name for entry in series.left_out] == ["epoch_2.pth"]
    assert series.left_out[0].reason == "tensor 2.weight holds 1 NaN value"
    assert told[1] is series.left_out[0]


def test_that_checkpoints_that_vanish_are_left_out_and_the_rest_stays(tmp_path):
    listing = list_series(write_series(tmp_path / "run"))

    def clear(_found):
        shutil.rmtree(tmp_path / "run", ignore_errors=True)

    series = analyze_series(listing, on_step=clear)
    assert [step.name for step in series.steps] == ["epoch_1.pth"]
    assert [entry.reason for entry in series.left_out] == ["no such file"] * 2


def test_that_a_series_of_broken_steps_says_why(tmp_path):
    tensors = {"0.weight": torch.full((8, 8), torch.nan)}
    for step in (1, 2):
        torch.save(tensors, tmp_path / f"epoch_{step}.pth")
    with pytest.raises(InputError, match="64 NaN values"):
        analyze_series(list_series(tmp_path))


def test_that_a_matrix_of_zeros_has_a_gap_in_its_track(tmp_path):
    write_series(tmp_path, (1, 2))
    zero = {**state(0.2), "2.weight": torch.zeros(24, 60)}
    torch.save(zero, tmp_path / "epoch_2.pth")
    series = analyze_series(list_series(tmp_path))
    track = series.track("2")
    assert track.found[1] is None
    assert np.isnan(track.values("upper_edge")).tolist() == [False, True]
    assert len(track.known) == 1
    assert series.record()["layers"][1]["steps"][1] == {"step": 2, "zeros_only": True}


def test_that_one_layer_is_enough_and_a_wrong_one_is_named(folder):
    series = analyze_series(list_series(folder), layers=["2"])
    assert series.names == ("2",)
    with pytest.raises(InputError, match="is not a layer"):
        analyze_series(list_series(folder), layers=["head"])
    with pytest.raises(InputError, match="is not among"):
        series.track("0")


@pytest.fixture(scope="module")
def of_the_demo(tmp_path_factory):
    """Two checkpoints of the demo's architecture, as folders with a config, and bare."""
    import shutil

    from rmt_studio.assets import resource

    folder = tmp_path_factory.mktemp("demo")
    for step in (10, 20):
        shutil.copytree(resource("demo", "config.json").parent, folder / f"checkpoint-{step}")
    return folder


def test_that_folders_with_a_config_are_opened_as_their_network(of_the_demo, demo_model):
    names = ["blocks.0.attn.q", "head"]
    listing = list_series(of_the_demo)
    series = analyze_series(listing, layers=names)
    assert series.architecture == demo_model.architecture
    assert series.track("blocks.0.attn.q").found[0].shape == (192, 192)
    bare = analyze_series(listing, "bare", layers=["blocks.0.attn.qkv"])
    assert bare.architecture == "unknown"
    assert bare.track("blocks.0.attn.qkv").found[0].shape == (576, 192)


def test_that_a_network_that_does_not_fit_is_refused(of_the_demo):
    with pytest.raises(InputError, match="does not fit"):
        analyze_series(list_series(of_the_demo), "vit_base_patch16_224")


@pytest.mark.parametrize("log", [False, True])
def test_that_axes_hold_every_step_and_never_move(series, log):
    track = series.track("0")
    axes = SeriesAxes.of(track, log=log)
    low, high = axes.view
    for layer in track.known:
        frame = axes.frame(layer)
        assert low <= frame.upper <= high
        assert low <= frame.threshold <= high
        inside = (frame.bulk + frame.spikes).sum() * (axes.ends[1] - axes.ends[0])
        outside = (frame.left + frame.right) / layer.spectrum.dimension
        assert inside + outside == pytest.approx(1.0)
        assert frame.spike_places.size <= layer.fit.spikes
        law = np.trapezoid(frame.law_heights, frame.law_places)
        assert law == pytest.approx(layer.fit.bulk_share, rel=0.02)
    assert isinstance(series, Series)


def test_that_a_long_series_is_laid_out_from_some_of_its_steps(series, monkeypatch):
    track, drawn = series.track(series.names[0]), []
    many = replace(track, found=track.found * 400)
    frame = SeriesFrame.of
    monkeypatch.setattr(SeriesFrame, "of", lambda *given: drawn.append(given) or frame(*given))
    few, long = SeriesAxes.of(track), SeriesAxes.of(many)
    assert len(drawn) < len(track.found) + 100
    assert long.view == few.view
    assert long.top == few.top


def test_that_a_logarithmic_frame_is_the_linear_one_moved(series):
    layer = series.track("0").known[-1]
    straight, log = (
        SeriesAxes.of(series.track("0"), log=log).frame(layer) for log in (False, True)
    )
    assert log.upper == pytest.approx(np.log10(straight.upper))
    assert log.spike_places.size == layer.fit.spikes
