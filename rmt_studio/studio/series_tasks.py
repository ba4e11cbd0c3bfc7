"""The work behind the window of a series: look into a folder, analyse it, write what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.analysis import Series, SpectrumCache, analyze_series, list_series
from rmt_studio.analysis.records import scalars
from rmt_studio.analysis.series_networks import SeriesNetwork
from rmt_studio.models.loaded_model import UNKNOWN
from rmt_studio.models.offer import offer
from rmt_studio.models.opened import BARE
from rmt_studio.reports.animation import write_animation
from rmt_studio.reports.text_files import write_csv, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import Entry, Listing, SeriesStep, Track
    from rmt_studio.models.offer import Offer
    from rmt_studio.progress import Progress


@dataclass(frozen=True)
class SeriesFound:
    """What a folder holds, for a person to confirm.

    Attributes:
        listing: its checkpoints.
        told: the architecture that they say they are of; empty where they say nothing.
        offer: what the first one is likely to be.
    """

    listing: Listing
    told: str
    offer: Offer

    @property
    def networks(self) -> tuple[str, ...]:
        """What the checkpoints can be opened as, the likeliest first."""
        guessed = (self.offer.opens_as, *self.offer.others) if self.offer.opens_as else ()
        return tuple(dict.fromkeys(filter(None, (self.told, *guessed, BARE))))


def look_into(folder: str, progress: Progress) -> SeriesFound:
    """List the checkpoints of a folder and say what network they are likely to be of.

    Raises:
        InputError: as `list_series` does.
    """
    listing = list_series(folder, progress)
    first = listing.taken[0]
    told = SeriesNetwork.of(first).architecture
    likely = offer(first.weights or first.path, progress)
    return SeriesFound(listing, "" if told == UNKNOWN else told, likely)


def run_series(
    listing: Listing,
    network: str,
    tell: Callable[[SeriesStep | Entry], None],
    progress: Progress,
) -> Series:
    """Analyse the checkpoints; ``tell`` is called with each.

    Raises:
        InputError: as `analyze_series` does.
    """
    return analyze_series(listing, network, on_step=tell, progress=progress, cache=SpectrumCache())


def write_series(series: Series, path: str, progress: Progress) -> None:
    """Write every number of a series: a table (.csv), or all with the singular values (.json).

    Raises:
        InputError: the place cannot be written.
    """
    progress(0, 1, "writing")
    if Path(path).suffix.lower() == ".csv":
        write_csv(path, [scalars(record) for record in series.records()])
    else:
        write_json(path, series.record())
    progress(1, 1, "")


def write_film(track: Track, path: str, fps: float, log: bool, progress: Progress) -> None:
    """Write the film of one matrix.

    Raises:
        InputError: as `write_animation` does.
    """
    write_animation(track, path, fps=fps, log=log, progress=progress)
