"""The spectrum of one matrix over training as a GIF or MP4, on axes that do not move."""

from __future__ import annotations

from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.analysis.series_axes import SeriesAxes
from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.progress import Progress, no_progress
from rmt_studio.reports.animation_frames import SIZE, pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from rmt_studio.analysis.series import Track

    Pictures = Iterable[NDArray[np.uint8]]  # each (height, width, 3)

DEFAULT_FPS = 4.0
_SLOWEST, _FASTEST = 0.2, 50.0  # frames a second; GIF counts in hundredths of a second
_HELD = 4  # times as long: the last frame
_COLORS = 64
_QUALITY: dict[str, object] = {"crf": "18", "preset": "medium"}


def write_animation(
    track: Track,
    path: Path | str,
    *,
    fps: float = DEFAULT_FPS,
    log: bool = False,
    progress: Progress = no_progress,
) -> None:
    """Draw the spectrum, law, edges and spikes of a matrix at each step; the ending says as what.

    The last frame stands four times as long. The same track gives the same GIF, byte by byte.

    Args:
        track: one matrix of a series; steps at which it is zero are left out.
        path: ends in .gif or .mp4.
        fps: checkpoints a second, 0.2 to 50.
        log: on a logarithmic axis of eigenvalues.
        progress: called between frames; may raise `Cancelled`.

    Raises:
        InputError: another ending or speed, no encoder for .mp4, a matrix that is zero at every
            step, or a place that cannot be written.
    """
    path = require_animation(path, fps)
    axes = SeriesAxes.of(track, log=log)
    shown = [(name, layer) for name, layer in zip(track.checkpoints, track.found, strict=True)]
    frames = [(name, layer) for name, layer in shown if layer is not None]
    made = _counted(pictures(track.name, frames, axes), len(frames), progress)
    with atomic_write(path) as beside:
        ANIMATIONS[path.suffix.lower()](made, beside, fps)
    progress(len(frames), len(frames), "")


def require_animation(path: Path | str, fps: float = DEFAULT_FPS) -> Path:
    """Return the path of an animation that can be made, before any work is done for it.

    Raises:
        InputError: another ending or speed, or no encoder for .mp4.
    """
    path = Path(path)
    if path.suffix.lower() not in ANIMATIONS:
        raise InputError(path, "is no animation", f"end it in {' or '.join(ANIMATIONS)}")
    if not _SLOWEST <= fps <= _FASTEST:
        reason = f"is not between {_SLOWEST:g} and {_FASTEST:g} frames a second"
        raise InputError(f"speed {fps:g}", reason)
    if path.suffix.lower() == ".mp4" and not can_write_mp4():
        next_step = "pip install 'rmt-studio[video]', or write a .gif"
        raise InputError(path, "needs PyAV, which is not installed", next_step)
    return path


def can_write_mp4() -> bool:
    """Tell whether the optional encoder is installed."""
    return find_spec("av") is not None


def _counted(made: Pictures, total: int, progress: Progress) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures and tell of each."""
    for done, picture in enumerate(made):
        progress(done, total, f"frame {done + 1} of {total}")
        yield picture


def _gif(made: Pictures, path: Path, fps: float) -> None:
    from PIL import Image

    frames = [
        Image.fromarray(picture).quantize(_COLORS, dither=Image.Dither.NONE) for picture in made
    ]
    each = round(100 / fps) * 10  # ms
    durations = [each] * (len(frames) - 1) + [_HELD * each]
    frames[0].save(
        path,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=durations if len(frames) > 1 else durations[0],
        loop=0,
        optimize=False,
    )


def _mp4(made: Pictures, path: Path, fps: float) -> None:
    """Write H.264 in an MP4 container, as browsers and slides take it."""
    import av

    width, height = SIZE
    picture = None
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        stream = film.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = dict(_QUALITY)
        for picture in made:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        for _ in range(_HELD - 1):
            if picture is not None:
                film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))


ANIMATIONS: dict[str, Callable[[Pictures, Path, float], None]] = {".gif": _gif, ".mp4": _mp4}
