"""Films of a spectrum: the right number of frames, the same axes, whole or not at all."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from rmt_studio.analysis import analyze_series, list_series
from rmt_studio.analysis.series_axes import SeriesAxes
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.reports.animation import require_animation, write_animation
from rmt_studio.reports.animation_frames import SIZE, pictures


@pytest.fixture(scope="module")
def track(tmp_path_factory):
    import torch

    folder = tmp_path_factory.mktemp("run")
    for step in range(4):
        generator = torch.Generator().manual_seed(0)
        weight = torch.randn(60, 40, generator=generator) + 0.2 * step
        torch.save({"fc.weight": weight}, folder / f"epoch_{step}.pth")
    return analyze_series(list_series(folder)).track("fc")


def frames_of(track):
    axes = SeriesAxes.of(track)
    shown = list(zip(track.checkpoints, track.found, strict=True))
    return list(pictures(track.name, shown, axes))


def test_that_every_checkpoint_is_a_frame_and_the_last_one_stands(track, tmp_path):
    path = tmp_path / "film.gif"
    write_animation(track, path, fps=5)
    with Image.open(path) as film:
        assert film.n_frames == 4
        assert film.size == SIZE
        held = []
        for place in range(film.n_frames):
            film.seek(place)
            held.append(film.info["duration"])
    assert held == [200, 200, 200, 800]


def test_that_axes_stand_still_while_bars_move(track):
    first, *_, last = frames_of(track)
    assert first.shape == (SIZE[1], SIZE[0], 3)
    below = slice(int(0.885 * SIZE[1]), int(0.97 * SIZE[1]))  # ticks, their labels, the caption
    np.testing.assert_array_equal(first[below], last[below])
    assert (first != last).any()


def test_that_the_same_series_gives_the_same_bytes(track, tmp_path):
    for name in ("a.gif", "b.gif"):
        write_animation(track, tmp_path / name, log=True)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_that_a_video_has_the_frames_and_the_speed(track, tmp_path):
    av = pytest.importorskip("av")
    path = tmp_path / "film.mp4"
    write_animation(track, path, fps=2.5)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert float(stream.average_rate) == 2.5
        shown = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(shown) == 4 + 3
    drawn = frames_of(track)
    for seen, meant in zip(shown, drawn, strict=False):
        assert np.abs(seen.astype(int) - meant).mean() < 3
    assert np.abs(shown[-1].astype(int) - drawn[-1]).mean() < 3


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_that_a_cancelled_film_leaves_the_old_one(track, tmp_path, ending):
    if ending == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"film{ending}"
    path.write_bytes(b"before")
    seen = []

    def stop(done, total, note=""):
        seen.append((done, total))
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_animation(track, path, progress=stop)
    assert seen == [(0, 4), (1, 4), (2, 4)]
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_that_without_an_encoder_the_error_says_how_to_get_one(track, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InputError, match=r"rmt-studio\[video\]"):
        write_animation(track, tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


def test_that_wrong_wishes_are_refused_before_any_work(track, tmp_path):
    with pytest.raises(InputError, match=r"end it in \.gif or \.mp4"):
        require_animation(tmp_path / "film.avi")
    for speed in (0.0, 51.0, float("nan")):
        with pytest.raises(InputError, match="frames a second"):
            require_animation(tmp_path / "film.gif", speed)
    with pytest.raises(InputError, match="cannot be written"):
        write_animation(track, tmp_path / "nowhere" / "film.gif")
