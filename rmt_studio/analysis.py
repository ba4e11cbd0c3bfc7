"""From a model to the spectrum and the bulk fit of each of its matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import BulkFit, Spectrum, fit_bulk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.models.layers import Layer, Role
    from rmt_studio.models.loading import LoadedModel


@dataclass(frozen=True)
class LayerAnalysis:
    """One matrix of a model with its spectrum and its Marchenko-Pastur fit."""

    layer: Layer
    spectrum: Spectrum
    fit: BulkFit

    @property
    def name(self) -> str:
        """Name of the layer, such as ``blocks.3.attn.q``."""
        return self.layer.name

    @property
    def role(self) -> Role:
        """What the matrix does in the network."""
        return self.layer.role

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in) of the unfolded matrix."""
        return self.layer.shape

    def record(self) -> dict[str, object]:
        """Return the numbers of this layer as plain values at full precision."""
        fit = self.fit
        return {
            "name": self.name,
            "role": str(self.role),
            "out": self.shape[0],
            "in": self.shape[1],
            "parameters": self.layer.size,
            "ratio": self.spectrum.ratio,
            "method": fit.method,
            "options": dict(fit.options),
            "zeros": fit.zeros,
            "deflated": fit.deflated,
            "variance": fit.variance,
            "lower_edge": fit.lower_edge,
            "upper_edge": fit.upper_edge,
            "threshold": fit.threshold,
            "spikes": fit.spikes,
            "bulk_fraction": fit.bulk_fraction,
            "ks_distance": fit.ks_distance,
            "ks_null_95": fit.ks_null_95,
            "ks_p_value": fit.ks_p_value,
            "ks_central": fit.ks_central,
            "ks_central_null_95": fit.ks_central_null_95,
            "singular_values": self.spectrum.singular_values.tolist(),
        }


class Analysis(Sequence[LayerAnalysis]):
    """The analysed layers in the model's order; also found by name.

    Attributes:
        skipped: names of the matrices that hold nothing but zeros and so have no noise law.
    """

    def __init__(self, layers: Iterable[LayerAnalysis], skipped: Iterable[str] = ()) -> None:
        self._layers = tuple(layers)
        self.skipped = tuple(skipped)
        self._by_name = {layer.name: layer for layer in self._layers}

    def __len__(self) -> int:
        return len(self._layers)

    @overload
    def __getitem__(self, key: int | str) -> LayerAnalysis: ...
    @overload
    def __getitem__(self, key: slice) -> Analysis: ...
    def __getitem__(self, key: int | str | slice) -> LayerAnalysis | Analysis:
        if isinstance(key, slice):
            return Analysis(self._layers[key])
        if isinstance(key, str):
            return self._by_name[key]
        return self._layers[key]

    def records(self) -> list[dict[str, object]]:
        """Return one plain dictionary per layer, at full precision."""
        return [layer.record() for layer in self]


def analyze_layer(
    model: LoadedModel,
    layer: Layer,
    method: str = "bema",
    options: Mapping[str, float] | None = None,
) -> LayerAnalysis:
    """Return the spectrum and the fit of one matrix.

    Raises:
        InputError: the matrix holds values that have no spectrum, or the options are wrong.
    """
    try:
        spectrum = Spectrum.of(model.weight(layer))
        return LayerAnalysis(layer, spectrum, fit_bulk(spectrum, method=method, **(options or {})))
    except InputError as error:
        raise InputError(layer.name, f"{error.thing}: {error.reason}", error.next_step) from error


def analyze(
    model: LoadedModel,
    *,
    method: str = "bema",
    options: Mapping[str, float] | None = None,
    layers: Iterable[str] | None = None,
    on_layer: Callable[[LayerAnalysis], None] | None = None,
    progress: Progress = no_progress,
) -> Analysis:
    """Compute the spectrum and the Marchenko-Pastur fit of each matrix of a model.

    A matrix of zeros, such as one pruned whole before, has no noise law: it is named in
    ``skipped`` of the result and otherwise left out.

    Args:
        model: what `load_model` returned.
        method: bulk estimator, see `rmt_studio.spectra.fit_bulk`.
        options: of the estimator, such as ``{"alpha": 0.25, "beta": 0.05}``.
        layers: names of the layers wanted; all by default.
        on_layer: called with each layer as soon as it is known.
        progress: called between layers; may raise `Cancelled`.

    Raises:
        InputError: no such layer or estimator, or a matrix with values that are not finite.
    """
    wanted = list(model.layers) if layers is None else [model.layer(name) for name in layers]
    found: list[LayerAnalysis] = []
    skipped: list[str] = []
    for done, layer in enumerate(wanted):
        progress(done, len(wanted), layer.name)
        if not model.weight(layer).any():
            skipped.append(layer.name)
            continue
        found.append(analyze_layer(model, layer, method, options))
        if on_layer is not None:
            on_layer(found[-1])
    progress(len(wanted), len(wanted), "")
    return Analysis(found, skipped)
