"""``rmt-studio series``: what changed in each matrix over training, as table, data and film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from rmt_studio.analysis import Entry, Series, SpectrumCache, analyze_series, list_series
from rmt_studio.analysis.records import scalars
from rmt_studio.cli.report import progress_bar, screen, write_csv, write_json
from rmt_studio.errors import InputError
from rmt_studio.models.loaded_model import UNKNOWN
from rmt_studio.models.offer import offer
from rmt_studio.models.opened import BARE
from rmt_studio.models.wording import shown
from rmt_studio.reports.animation import require_animation, write_animation
from rmt_studio.spectra import DEFAULT_METHOD

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.analysis import Listing
    from rmt_studio.analysis.series import Track

_MOST_REASONS = 8  # lines about what was left out


@dataclass(frozen=True)
class Output:
    """What is written beside the table.

    Attributes:
        csv, json: every number; None for no such file.
        gif, mp4: the film of one matrix.
        fps: checkpoints a second of the film.
        log: the film has a logarithmic axis.
    """

    csv: Path | None = None
    json: Path | None = None
    gif: Path | None = None
    mp4: Path | None = None
    fps: float = 4.0
    log: bool = False

    @property
    def films(self) -> list[Path]:
        """The films that are wanted."""
        return [path for path in (self.gif, self.mp4) if path is not None]


def series_command(
    folder: Path, model: str | None, layers: list[str], method: str | None, output: Output
) -> None:
    """Analyse the checkpoints of a folder; print a table and write what was asked for."""
    for path, ending in ((output.gif, ".gif"), (output.mp4, ".mp4")):
        if path is not None and path.suffix.lower() != ending:
            raise InputError(path, f"does not end in {ending}", f"name it {path.stem}{ending}")
    for path in output.films:
        require_animation(path, output.fps)
    if output.films and len(layers) != 1:
        raise InputError("a film", "shows one matrix", "name it by --layer")
    with progress_bar("Look") as progress:
        listing = list_series(folder, progress)
    series = _analyzed(listing, model, layers, method)
    _show(listing, series, model)
    if output.csv is not None:
        write_csv(output.csv, [scalars(record) for record in series.records()])
    if output.json is not None:
        write_json(output.json, series.record())
    for path in output.films:
        with progress_bar("Film") as progress:
            track = series.track(series.names[0])
            write_animation(track, path, fps=output.fps, log=output.log, progress=progress)
        screen.print(f"{path}: {len(track.known)} frames of {shown(track.name)}")


def _analyzed(listing: Listing, model: str | None, layers: list[str], method: str | None) -> Series:
    with progress_bar("Analyse") as progress:
        return analyze_series(
            listing,
            model,
            layers=layers or None,
            method=method or DEFAULT_METHOD,
            progress=progress,
            cache=SpectrumCache(),
        )


def _show(listing: Listing, series: Series, model: str | None) -> None:
    first, last = series.steps[0], series.steps[-1]
    number = len(series)
    known = series.architecture != UNKNOWN
    opened = f"of {series.architecture}" if known else "(their matrices alone)"
    screen.print(
        f"{number} checkpoint{'s' * (number != 1)} {opened} in {shown(listing.folder, 200)}:\n"
        f"{shown(first.name)} (step {first.step}) to {shown(last.name)} (step {last.step})"
    )
    for line in _left_out(series.left_out):
        screen.print(line)
    screen.print(series_table(series))
    screen.print("first and last checkpoint; edge: λ+ on the scale s²/n; alpha: of the upper tail")
    weights = listing.taken[0].weights
    if model is None and series.architecture == UNKNOWN and weights is not None:
        found = offer(weights)
        if found.opens_as and found.opens_as != BARE:
            screen.print(f"{found.words} Take it by --model {found.opens_as}")


def _left_out(entries: tuple[Entry, ...]) -> list[str]:
    """Return a line for each of the first that were left out, and how many more there are."""
    lines = [f"left out: {shown(one.name)}: {one.reason}" for one in entries[:_MOST_REASONS]]
    more = len(entries) - _MOST_REASONS
    return [*lines, f"left out: {more} more"] if more > 0 else lines


def series_table(series: Series) -> Table:
    """Return the table: edge, spikes, bulk share and alpha of each matrix at both ends."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("layer", no_wrap=True)
    for title in ("edge", "last", "spikes", "last", "bulk", "last", "alpha", "last"):
        table.add_column(title, justify="right", no_wrap=True)
    for name in series.names:
        track = series.track(name)
        cells = [_ends(track, *column) for column in _COLUMNS]
        table.add_row(shown(name), *(text for pair in cells for text in pair))
    return table


_COLUMNS = (
    ("upper_edge", "{:.3g}"),
    ("spikes", "{:.0f}"),
    ("bulk_fraction", "{:.1%}"),
    ("alpha", "{:.2f}"),
)


def _ends(track: Track, metric: str, form: str) -> tuple[str, str]:
    values = track.values(metric)
    first, last = (form.format(v) if v == v else "-" for v in (values[0], values[-1]))
    return first, last
