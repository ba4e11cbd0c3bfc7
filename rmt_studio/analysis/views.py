"""One layer seen as different matrices: whole, per head, as the product that acts, whitened.

| view           | matrix                           | what it is                             |
|----------------|----------------------------------|----------------------------------------|
| `whole`        | ``W`` (out, in)                  | the layer                              |
| `head`         | rows of q, k, v; columns of the output projection | one head's share      |
| `query_key`    | ``W_q^T W_k`` (d, d)             | how one head compares two tokens       |
| `output_value` | ``W_o W_v`` (d, d)               | what one head writes into the stream   |
| `whitened`     | ``W L``, ``L L^T = E[x x^T]``    | the layer as its own inputs see it     |

A head only ever acts through its products: ``W_q -> A W_q, W_k -> A^-T W_k`` changes both factors
and no output, so the spectrum of the product means what those of the factors need not mean. The
products leave out the biases, the scale of the LayerNorm before them and the ``1/sqrt(head_dim)``
of the attention, and with rotary positions they are those of a token with itself.

The Marchenko-Pastur law is the law of one matrix of independent entries, and so of a head. A
product of two such matrices follows the free multiplicative convolution of two Marchenko-Pastur
laws, whose upper edge lies farther out (`rmt_studio.spectra.product_law`), and a whitened matrix
that of one with the law of the inputs. For both the fit is only a ruler (`View.marchenko_pastur` is
False and `View.why_not` says why); what is to be compared with is the null of shuffled factors
(`rmt_studio.analysis.nulls`) and, of a product, `LayerAnalysis.product_edge`.

Sources: Elhage et al. (2021), "A mathematical framework for transformer circuits"; Voiculescu
(1987), "Multiplication of certain non-commuting random variables", for the law of products.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rmt_studio.analysis.factors import (
    combined,
    factors,
    outer_shape,
    spectrum_of,
    views_of,
    whitener,
)
from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis
from rmt_studio.analysis.view import WHOLE, View, ViewKind
from rmt_studio.errors import InputError
from rmt_studio.models.layers import Role
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import DEFAULT_METHOD, Spectrum, entry_statistics, fit_bulk
from rmt_studio.spectra.product_law import product_edges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loaded_model import LoadedModel

__all__ = [
    "WHOLE",
    "View",
    "ViewKind",
    "analyze_view",
    "analyze_views",
    "view_matrix",
    "views_of",
]


def view_matrix(
    model: LoadedModel, layer: Layer, view: View, moments: Mapping[str, Tensor] | None = None
) -> Tensor:
    """Return the matrix of a view: whole and head as they are stored, the others in float64.

    Args:
        model: whose layer it is.
        layer: one of ``model.layers``.
        view: one of `views_of`.
        moments: by parameter name, ``E[x x^T]`` (in, in) of the inputs, from
            `rmt_studio.pruning.input_moments`; only ``whitened`` needs them.

    Raises:
        InputError: the layer has no such view, or no moments of its inputs were given.
    """
    return combined(factors(model, layer, view), whitener(layer, view, moments))


def analyze_view(
    model: LoadedModel,
    layer: Layer,
    view: View,
    *,
    method: str = DEFAULT_METHOD,
    options: Mapping[str, float] | None = None,
    moments: Mapping[str, Tensor] | None = None,
) -> LayerAnalysis:
    """Return the spectrum and the fit of one view.

    ``layer.name`` of the result has the view as a suffix, such as ``blocks.3.attn.q · head 2``;
    ``layer_name`` is the name that the model knows. Of a product the fit is that of its
    ``head_dim`` values that are not zero by construction.

    Args:
        model: whose layer it is.
        layer: one of ``model.layers``.
        view: one of `views_of`.
        method: bulk estimator, see `rmt_studio.spectra.fit_bulk`.
        options: of the estimator.
        moments: see `view_matrix`.

    Raises:
        InputError: see `view_matrix`; or the matrix holds nothing but zeros or values that are
            not finite.
    """
    seen = _seen(model, layer, view, moments, method, dict(options or {}))
    if seen is None:
        raise InputError(layer.name + view.suffix, "holds nothing but zeros, so no noise law")
    return seen


def analyze_views(
    model: LoadedModel,
    *,
    method: str = DEFAULT_METHOD,
    options: Mapping[str, float] | None = None,
    layers: Iterable[str] | None = None,
    heads: bool = True,
    moments: Mapping[str, Tensor] | None = None,
    progress: Progress = no_progress,
) -> Analysis:
    """Analyse every view of the layers but the whole: heads and their products, whitened.

    A product is given once, under q or v. Views that hold nothing but zeros are named in
    ``skipped``; a layer without moments has no whitened view.

    Args:
        model: what `rmt_studio.load_model` returned.
        method: bulk estimator.
        options: of the estimator.
        layers: names of the layers wanted; all by default.
        heads: whether the heads and their products are wanted.
        moments: of the layers' inputs; without them nothing is whitened.
        progress: called between views; may raise `Cancelled`.

    Raises:
        InputError: no such layer, or see `analyze_view`.
    """
    wanted = model.layers if layers is None else [model.layer(name) for name in layers]
    seen = [
        (layer, view)
        for layer in wanted
        for view in views_of(model, layer, whitened=layer.parameter in (moments or {}))[1:]
        if (heads or view.head is None)
        and not (view.is_product and layer.role in (Role.KEY, Role.ATTENTION_OUT))
    ]
    found: list[LayerAnalysis] = []
    skipped: list[str] = []
    for done, (layer, view) in enumerate(seen):
        progress(done, len(seen), layer.name)
        one = _seen(model, layer, view, moments, method, dict(options or {}))
        if one is None:
            skipped.append(layer.name + view.suffix)
        else:
            found.append(one)
    progress(len(seen), len(seen), "")
    return Analysis(found, skipped)


def _seen(
    model: LoadedModel,
    layer: Layer,
    view: View,
    moments: Mapping[str, Tensor] | None,
    method: str,
    options: Mapping[str, float],
) -> LayerAnalysis | None:
    """Return the analysis of a view, None where it holds nothing but zeros."""
    parts = factors(model, layer, view)
    root = whitener(layer, view, moments)
    name = layer.name + view.suffix
    shown = dataclasses.replace(layer, name=name, shape=outer_shape(parts))
    try:
        spectrum = spectrum_of(parts, root)
        if spectrum.singular_values[0] == 0:
            return None
        fit = fit_bulk(spectrum, method, **options)
        entries = entry_statistics(combined(parts, root))
        edge = _product_edge(parts, method, options) if view.is_product else None
    except InputError as error:
        raise InputError(name, f"{error.thing}: {error.reason}", error.next_step) from error
    return LayerAnalysis(shown, spectrum, fit, entries, view=view, product_edge=edge)


def _product_edge(
    parts: tuple[Tensor, ...], method: str, options: Mapping[str, float]
) -> float | None:
    """Return where the eigenvalues ``s^2 / n`` of the product of the two factors' noises end.

    None where the heads are wider than the stream, for which `product_edges` has no formula.
    """
    rank, outer = parts[0].shape[1], outer_shape(parts)
    if rank > min(outer):
        return None
    first, second = (fit_bulk(Spectrum.of(part), method, **options).variance for part in parts)
    return product_edges(rank / outer[0], rank / outer[1])[1] * min(outer) * first * second
