"""What ``compare`` and ``search`` share: their inputs, and how they tell of their course."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from rmt_studio.cli.report import screen
from rmt_studio.cli.work import images_for, load, require_targets
from rmt_studio.data.images import ImageSet, digits, open_images
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import spread
from rmt_studio.models.devices import usable_device
from rmt_studio.pruning import calibration_images, method_named
from rmt_studio.studies.trial import Failed, Measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress as Callback
    from rmt_studio.studies.trial import Trial

_REDRAW_SECONDS = 0.1
_MOST_SHOWN = 36  # letters of a note


@dataclass(frozen=True)
class Asked:
    """What the command line says about the model and its images."""

    model: str
    checkpoint: Path | None
    data: Path | None
    calibration: Path | None
    limit: int | None
    seed: int
    device: str
    json: Path | None
    overwrite: bool


@dataclass(frozen=True)
class Opened:
    """The model and the images themselves."""

    model: LoadedModel
    images: ImageSet
    calibration: ImageSet | None


def open_study(asked: Asked, methods: Sequence[str], *targets: Path | None) -> Opened:
    """Check all arguments that can be checked without the model, then load it.

    Raises:
        InputError: the first argument that will not do.
    """
    for method in methods:
        method_named(method)
    usable_device(asked.device)
    require_targets((asked.checkpoint,), asked.json, *targets)
    folder = asked.calibration
    calibration = calibration_images(folder) if folder is not None else None
    if asked.data is not None:
        spread(len(open_images(asked.data)), asked.limit)
    model = load(asked.model, asked.checkpoint)
    images = images_for(model, asked.data)
    if calibration is None and model.source.kind == "demo":
        calibration = digits("train")
    if calibration is not None:
        note_shared(images, calibration, "calibration images")
    return Opened(model, images, calibration)


def note_shared(images: ImageSet, others: ImageSet, what: str) -> None:
    """Say how many of the images to evaluate on are among others that made the model."""
    files = [
        {s.source.resolve() for s in one.samples if isinstance(s.source, Path)}
        for one in (images, others)
    ]
    if shared := len(files[0] & files[1]):
        screen.print(
            f"Note: {shared} of the images to evaluate on are {what} as well; the\n"
            "accuracies below are too kind."
        )


@contextmanager
def study_bar(title: str) -> Iterator[tuple[Callback, Callable[[str], None]]]:
    """Show a bar with the time left on standard error.

    Yields:
        a progress callback, and a function that prints a line above the bar.
    """
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[left]}"),
        TextColumn("{task.fields[note]}", markup=False),
    )
    begun = drawn = time.monotonic()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(title, total=None, note="", left="")

        def report(done: int, total: int, note: str = "") -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn >= _REDRAW_SECONDS or done == total:
                drawn = now
                left = time_left(now - begun, done / total if total else 0.0)
                shown = note[:_MOST_SHOWN]
                bar.update(task, completed=done, total=total or None, note=shown, left=left)

        yield report, lambda line: errors.print(line, markup=False)


def time_left(elapsed: float, share: float) -> str:
    """Return the time left in words, from the seconds so far and the share that is done."""
    if share <= 0 or elapsed < 1:
        return ""
    seconds = elapsed * (1 - share) / share
    if seconds < 90:
        return f"{seconds:.0f} s left"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min left"
    return f"{seconds / 3600:.1f} h left"


def row_line(row: Trial) -> str:
    """Return one line on one row."""
    name = f"{row.method} {percent(row.sparsity)}"
    if isinstance(row, Failed):
        return f"{name}: failed: {row.reason}"
    low, high = row.pair.interval
    return (
        f"{name}: top-1 {row.evaluation.top1:.2%}, {drop_of(row)} points (95 % interval "
        f"{100 * low:+.1f} to {100 * high:+.1f}), {row.seconds:.0f} s"
    )


def drop_of(row: Measured) -> str:
    """Return the change of top-1 in points with its standard error."""
    return f"{100 * row.pair.difference:+.1f} ± {100 * row.pair.standard_error:.1f}"


def percent(share: float) -> str:
    """Return a share in percent, with as many digits as it has, three at most."""
    return f"{round(100 * share, 3):g}%"


def dense_line(model: LoadedModel, dense: Evaluation) -> str:
    """Return two lines on the dense model."""
    low, high = dense.top1_interval
    return (
        f"{model.title}, {dense.n} images of {dense.images}\n"
        f"dense: top-1 {dense.top1:.2%} (95 % interval {low:.1%} to {high:.1%})"
    )


def numbers(text: str, option: str) -> list[float]:
    """Return the numbers of a list such as ``0.3,0.4``.

    Raises:
        InputError: one is not a share in [0, 1), or there are none.
    """
    values = []
    for word in words(text, option):
        try:
            value = float(word)
        except ValueError:
            raise InputError(f"{option} {word!r}", "is no number", "write 0.3,0.5") from None
        if not 0 <= value < 1:
            raise InputError(f"{option} {word}", "is not in [0, 1)", "give shares such as 0.3,0.5")
        values.append(value)
    return values


def words(text: str, option: str) -> list[str]:
    """Return the parts of a list such as ``a,b``.

    Raises:
        InputError: there are none.
    """
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise InputError(option, "names nothing", "give a list separated by commas")
    return found
