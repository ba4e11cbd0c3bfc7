"""The weights that a view is made of, and its matrix and spectrum from them.

A view is one stored weight, the product of two, or one times the root of its inputs' second
moments. Nulls draw the weights anew and put them together by the same functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.analysis.view import WHOLE, View, ViewKind
from rmt_studio.errors import InputError
from rmt_studio.models.heads import heads_of, product_layers
from rmt_studio.models.layers import Role
from rmt_studio.spectra import Spectrum
from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loaded_model import LoadedModel


def views_of(model: LoadedModel, layer: Layer, *, whitened: bool) -> tuple[View, ...]:
    """Return what a layer can be seen as, the whole first.

    Args:
        model: whose layer it is.
        layer: one of ``model.layers``.
        whitened: whether the second moments of the inputs are at hand.
    """
    views = [WHOLE]
    split = heads_of(model.layout, layer)
    if split is not None and split.count > 1:
        views += [View("head", head) for head in range(split.count)]
    pair = product_layers(model, layer)
    if pair is not None:
        kind: ViewKind = "query_key" if pair[0].role is Role.QUERY else "output_value"
        first = heads_of(model.layout, pair[0])
        views += [View(kind, head) for head in range(first.count if first else 0)]
    return (*views, View("whitened")) if whitened else tuple(views)


def factors(model: LoadedModel, layer: Layer, view: View) -> tuple[Tensor, ...]:
    """Return the stored weights of a view, to be multiplied from left to right.

    One matrix, or the two of a product: ``W_q^T`` (d, head_dim) and ``W_k`` (head_dim, d);
    ``W_o`` (d, head_dim) and ``W_v`` (head_dim, d).

    Raises:
        InputError: the layer has no such view.
    """
    if view not in views_of(model, layer, whitened=True):
        reason, next_step = f"cannot be seen as {view.label}", "choose one of views_of(...)"
        raise InputError(layer.name, reason, next_step)
    pair = product_layers(model, layer) if view.is_product else None
    if pair is None:
        return (_head_of(model, layer, view.head),)
    counts = [split.count for one in pair if (split := heads_of(model.layout, one))]
    head = view.head or 0
    left = _head_of(model, pair[0], head)
    right = _head_of(model, pair[1], head * counts[1] // counts[0])  # grouped queries share keys
    return (left.mT if view.kind == "query_key" else left), right


def whitener(layer: Layer, view: View, moments: Mapping[str, Tensor] | None) -> Tensor | None:
    """Return ``L`` with ``L L^T = E[x x^T]`` for a whitened view, None for the others.

    ``L`` is the symmetric root ``M^(1/2)`` from the eigenvectors of ``M`` in float64, not a
    Cholesky factor: moments of dead units or of few images are singular, which the root takes as
    they are and Cholesky would need a jitter for; and of all roots it is the one nearest to a
    scaling of the inputs, so that the right singular vectors of ``W L`` still speak of input
    coordinates. The singular values are those of any root.

    Raises:
        InputError: the moments of this layer's inputs are missing, of another shape or not finite.
    """
    if view.kind != "whitened":
        return None
    moment = (moments or {}).get(layer.parameter)
    if moment is None:
        next_step = "take input_moments(model, images) first"
        raise InputError(layer.name, "has no second moments of its inputs", next_step)
    width = layer.shape[1]
    if tuple(moment.shape) != (width, width) or not bool(torch.isfinite(moment).all()):
        raise InputError(layer.name, f"needs finite input moments of shape ({width}, {width})")
    values, vectors = torch.linalg.eigh(moment.detach().cpu().to(torch.float64))
    return (vectors * values.clamp_min(0.0).sqrt()) @ vectors.mT


def combined(parts: tuple[Tensor, ...], root: Tensor | None = None) -> Tensor:
    """Return the matrix of a view from its weights; in float64 where anything is multiplied."""
    every = parts if root is None else (*parts, root.to(parts[-1].device))
    if len(every) == 1:
        return every[0]
    left, right = (part.to(torch.float64) for part in every)
    return left @ right


def spectrum_of(parts: tuple[Tensor, ...], root: Tensor | None = None) -> Spectrum:
    """Return the spectrum of a view from its weights.

    A product ``A B`` with inner side ``r`` has ``r`` values that are not zero: with ``A = Q R`` and
    ``B^T = P S`` they are those of ``R S^T`` (r, r). The others are exactly 0, where a
    decomposition of ``A B`` would leave rounding.

    Raises:
        InputError: the weights hold values that have no spectrum.
    """
    outer = outer_shape(parts)
    if len(parts) == 1 or parts[0].shape[1] >= min(outer):
        return Spectrum.of(combined(parts, root))
    left, right = (checked_weight(part).to(torch.float64) for part in parts)
    inner = torch.linalg.qr(left).R @ torch.linalg.qr(right.mT).R.mT
    values = np.zeros(min(outer))
    values[: inner.shape[0]] = Spectrum.of(inner).singular_values
    return Spectrum(values, outer)


def outer_shape(parts: tuple[Tensor, ...]) -> tuple[int, int]:
    """Return the shape of the product of the weights."""
    return parts[0].shape[0], parts[-1].shape[1]


def _head_of(model: LoadedModel, layer: Layer, head: int | None) -> Tensor:
    split = heads_of(model.layout, layer)
    weight = model.weight(layer)
    return weight if split is None or head is None else split.part(weight, head)
