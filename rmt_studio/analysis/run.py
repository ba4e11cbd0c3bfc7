"""From a model to the spectrum and the bulk fit of each of its matrices."""

from __future__ import annotations

from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch

from rmt_studio.analysis.allocator import freed_memory_returned
from rmt_studio.analysis.cache import content_key
from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis
from rmt_studio.analysis.turns import Turns
from rmt_studio.analysis.workers import at_work, result_of, worker_count
from rmt_studio.errors import InputError
from rmt_studio.models.devices import usable_device
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import DEFAULT_METHOD, batches_of, entry_statistics, fit_bulk, spectra_of
from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rmt_studio.analysis.cache import SpectrumCache
    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.spectra import Spectrum
    from rmt_studio.spectra.singular_values import Turn


def analyze_layer(
    model: LoadedModel,
    layer: Layer,
    method: str = DEFAULT_METHOD,
    options: Mapping[str, float] | None = None,
) -> LayerAnalysis:
    """Return the spectrum and the fit of one matrix.

    Raises:
        InputError: the matrix holds values that have no spectrum or nothing but zeros, or the
            options are wrong.
    """
    look = _Look(model, method, options or {})
    return look.fitted(layer, look.spectra([layer])[0])


def analyze(
    model: LoadedModel,
    *,
    method: str = DEFAULT_METHOD,
    options: Mapping[str, float] | None = None,
    layers: Iterable[str] | None = None,
    on_layer: Callable[[LayerAnalysis], None] | None = None,
    progress: Progress = no_progress,
    cache: SpectrumCache | None = None,
    device: torch.device | str = "cpu",
    workers: int | None = None,
    entries: bool = True,
) -> Analysis:
    """Compute the spectrum and the Marchenko-Pastur fit of each matrix of a model.

    On the CPU several matrices are computed at a time, one core each; on another device those of
    one shape together, see `rmt_studio.spectra.spectra_of`. A matrix of zeros, such as one pruned
    whole before, has no noise law: it is named in ``skipped`` of the result and otherwise left out.

    Args:
        model: what `load_model` returned.
        method: bulk estimator, see `rmt_studio.spectra.fit_bulk`.
        options: of the estimator, such as ``{"alpha": 0.25, "beta": 0.05}``.
        layers: names of the layers wanted; all by default.
        on_layer: called with each layer as soon as it is known, in the caller's thread; in the
            model's order on the CPU.
        progress: called between layers and while they are waited for; may raise `Cancelled`.
        cache: where spectra are looked up and kept; nowhere by default.
        device: where the spectra are computed.
        workers: how many matrices at a time on the CPU, by default as many as torch has threads.
            Each holds its Gram matrix and the solver's copy of that; where a matrix is needed
            whole in float64, one at a time. The result does not depend on their number.
        entries: also take the moments of each matrix's entries.

    Raises:
        InputError: no such layer, estimator or device, or a matrix with values that are not
            finite.
    """
    wanted = list(model.layers) if layers is None else [model.layer(name) for name in layers]
    place = usable_device(device, torch.float64)
    turns = Turns(max((layer.size for layer in wanted), default=0))
    look = _Look(model, method, options or {}, cache, place, entries, turns)
    found: dict[str, LayerAnalysis | None] = {}
    batches = look.batches(wanted)
    count = worker_count(len(batches), look.device, workers)
    working = at_work(look.at, batches, count)
    with freed_memory_returned(), working as futures, closing(turns):
        for batch, future in zip(batches, futures, strict=True):
            tick = partial(progress, len(found), len(wanted), batch[0].name)
            tick()
            for layer, analysed in zip(batch, result_of(future, tick), strict=True):
                found[layer.name] = analysed
                if on_layer is not None and analysed is not None:
                    on_layer(analysed)
    progress(len(wanted), len(wanted), "")
    analyses = [found[layer.name] for layer in wanted]
    skipped = [layer.name for layer in wanted if found[layer.name] is None]
    return Analysis(filter(None, analyses), skipped)


@dataclass(frozen=True)
class _Look:
    """How the matrices of one model are looked at."""

    model: LoadedModel
    method: str
    options: Mapping[str, float]
    cache: SpectrumCache | None = None
    device: torch.device | str = "cpu"
    entries: bool = True
    turn: Turn = nullcontext

    def batches(self, layers: Sequence[Layer]) -> list[list[Layer]]:
        """Return the layers whose spectra are computed together."""
        shapes = [layer.shape for layer in layers]
        return [[layers[i] for i in batch] for batch in batches_of(shapes, self.device)]

    def at(self, layers: Sequence[Layer]) -> list[LayerAnalysis | None]:
        """Return all that is to be known of some layers; None for those that are zero."""
        return [
            self._complete(layer, spectrum) if spectrum.singular_values[0] > 0 else None
            for layer, spectrum in zip(layers, self._spectra_kept(layers), strict=True)
        ]

    def fitted(self, layer: Layer, spectrum: Spectrum) -> LayerAnalysis:
        """Return a spectrum with its fit and the moments of the entries."""
        with _named(layer):
            fit = fit_bulk(spectrum, method=self.method, **self.options)
        statistics = entry_statistics(self.model.weight(layer)) if self.entries else None
        return LayerAnalysis(layer, spectrum, fit, statistics)

    def spectra(self, layers: Sequence[Layer]) -> list[Spectrum]:
        """Compute the spectra of matrices of one shape."""
        weights = [self.model.weight(layer) for layer in layers]
        try:
            return spectra_of(weights, self.device, turn=self.turn)
        except InputError:
            for layer, weight in zip(layers, weights, strict=True):
                with _named(layer):
                    checked_weight(weight)
            raise

    def _complete(self, layer: Layer, spectrum: Spectrum) -> LayerAnalysis:
        """Return an analysis whose edge test and tail are computed here, not in a window."""
        analysed = self.fitted(layer, spectrum)
        _ = analysed.edge, analysed.tail
        return analysed

    def _spectra_kept(self, layers: Sequence[Layer]) -> list[Spectrum]:
        """Return the spectra from the cache, or compute and keep them."""
        if self.cache is None:
            return self.spectra(layers)
        keys = [content_key(self.model.weight(layer)) for layer in layers]
        known = {key: spectrum for key in keys if (spectrum := self.cache.get(key)) is not None}
        missing = {key: layer for key, layer in zip(keys, layers, strict=True) if key not in known}
        if missing:
            computed = self.spectra(list(missing.values()))
            for key, spectrum in zip(missing, computed, strict=True):
                self.cache.put(key, spectrum)
                known[key] = spectrum
        return [known[key] for key in keys]


@contextmanager
def _named(layer: Layer) -> Iterator[None]:
    """Let an error name the layer."""
    try:
        yield
    except InputError as error:
        raise InputError(layer.name, f"{error.thing}: {error.reason}", error.next_step) from error
