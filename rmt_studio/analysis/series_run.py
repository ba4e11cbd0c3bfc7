"""From a folder of checkpoints to the spectra of each of its matrices over training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rmt_studio.analysis.run import analyze
from rmt_studio.analysis.series import Series, SeriesStep
from rmt_studio.analysis.series_networks import SeriesNetwork
from rmt_studio.errors import InputError
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import DEFAULT_METHOD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rmt_studio.analysis.cache import SpectrumCache
    from rmt_studio.analysis.series_listing import Entry, Listing
    from rmt_studio.models.stored_model import StoredModel


def analyze_series(
    listing: Listing,
    name: str | None = None,
    *,
    method: str = DEFAULT_METHOD,
    options: Mapping[str, float] | None = None,
    layers: Iterable[str] | None = None,
    on_step: Callable[[SeriesStep | Entry], None] | None = None,
    progress: Progress = no_progress,
    cache: SpectrumCache | None = None,
    workers: int | None = None,
) -> Series:
    """Analyse one checkpoint after the other; of its weights only what is looked at is in memory.

    A checkpoint that cannot be analysed, such as one after training diverged, is left out with the
    reason, and the rest goes on.

    Args:
        listing: of `list_series`.
        name: the network, see `SeriesNetwork.of`.
        method: bulk estimator, see `rmt_studio.spectra.fit_bulk`.
        options: of the estimator.
        layers: names of the matrices wanted; all by default.
        on_step: called with each checkpoint as soon as it is known, or with what was left out.
        progress: called between matrices, in matrices of all checkpoints; may raise `Cancelled`.
        cache: where spectra are looked up and kept; nowhere by default.
        workers: how many matrices at a time, see `analyze`.

    Raises:
        InputError: no checkpoint could be analysed (the first one's reason), or there is no such
            network, layer or estimator.
    """
    wanted = None if layers is None else tuple(layers)
    network, names = _first(listing, name, wanted)
    tell = on_step or _to_nobody
    steps: list[SeriesStep] = []
    left_out = list(listing.left_out)
    first_error: InputError | None = None
    for done, entry in enumerate(listing.taken):
        report = _part(progress, done, len(listing.taken), len(names), entry)
        report(0, len(names))
        try:
            model = network.open(entry)
            _require_same(model, names)
            found = analyze(
                model,
                method=method,
                options=options,
                layers=names,
                progress=report,
                cache=cache,
                workers=workers,
            )
        except InputError as error:
            first_error = first_error or error
            left_out.append(replace(entry, reason=_reason(entry, error)))
            tell(left_out[-1])
            continue
        steps.append(SeriesStep(entry.step or 0, entry.name, found, names))
        tell(steps[-1])
    if not steps and first_error is not None:
        raise first_error
    progress(len(listing.taken) * len(names), len(listing.taken) * len(names), "")
    return Series(listing.folder, network.architecture, names, tuple(steps), tuple(left_out))


def _first(
    listing: Listing, name: str | None, wanted: tuple[str, ...] | None
) -> tuple[SeriesNetwork, tuple[str, ...]]:
    """Return the network and the names of its matrices, from the first checkpoint.

    Raises:
        InputError: nothing is taken, or a layer that is wanted is not there.
    """
    if not listing.taken:
        raise InputError(shown(listing.folder, 400), "has no checkpoint that is taken", "take some")
    first = listing.taken[0]
    network = SeriesNetwork.of(first, name)
    model = network.open(first)
    known = tuple(layer.name for layer in model.layers)
    return network, known if wanted is None else tuple(model.layer(n).name for n in wanted)


def _require_same(model: StoredModel, names: tuple[str, ...]) -> None:
    for name in names:
        model.layer(name)


def _reason(entry: Entry, error: InputError) -> str:
    """Return why a checkpoint is left out, beside whose name it will stand."""
    own = error.thing in (entry.name, str(entry.weights), getattr(entry.weights, "name", ""))
    return error.reason if own else f"{error.thing}: {error.reason}"


def _part(progress: Progress, before: int, steps: int, matrices: int, entry: Entry) -> Progress:
    """Return a callback for one checkpoint, which counts on from those before it."""

    def report(done: int, total: int, note: str = "") -> None:
        del total
        told = shown(entry.name) + (f": {note}" if note else "")
        progress(before * matrices + done, steps * matrices, told)

    return report


def _to_nobody(_found: object) -> None:
    """Tell nobody of a checkpoint."""
