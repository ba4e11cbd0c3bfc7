"""From a model to the spectrum and the bulk fit of each of its matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis
from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import Spectrum, fit_bulk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel


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
