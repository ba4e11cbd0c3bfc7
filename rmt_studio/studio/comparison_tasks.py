"""The work behind comparing: another model's spectra beside those of the open one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch

from rmt_studio.analysis import Analysis, SpectrumCache, analyze
from rmt_studio.models.sibling import load_sibling
from rmt_studio.studio.document import Compared

if TYPE_CHECKING:
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.pruning import BulkFitSettings


def compare_checkpoint(
    model: LoadedModel,
    analysis: Analysis,
    path: str,
    settings: BulkFitSettings,
    progress: Progress,
) -> Compared:
    """Load other weights of the same network and return their spectra.

    Raises:
        InputError: the file cannot be read, or holds the weights of another network.
    """
    other = load_sibling(model, path, progress=progress)
    return compare_model(model, analysis, other, "checkpoint", settings, progress)


def compare_model(
    model: LoadedModel,
    analysis: Analysis,
    other: LoadedModel,
    kind: Literal["pruned", "checkpoint"],
    settings: BulkFitSettings,
    progress: Progress,
) -> Compared:
    """Return the spectra of another model of the same network, fitted in the same way.

    Args:
        model: the open model.
        analysis: what is known of it under ``settings``; a matrix that is the same in both models
            is not analysed a second time.
        other: the other model.
        kind: where it came from.
        settings: the bulk fit.
        progress: called between layers.
    """
    same = {
        known.name: known
        for known in analysis
        if torch.equal(model.weight(known.layer), other.weight(known.layer))
    }
    found = analyze(
        other,
        method=settings.method,
        options=settings.options,
        layers=[layer.name for layer in other.layers if layer.name not in same],
        progress=progress,
        cache=SpectrumCache(),
    )
    known = same | {layer.name: layer for layer in found}
    whole = Analysis((known[x.name] for x in other.layers if x.name in known), found.skipped)
    return Compared(label_of(other, kind), kind, whole, other)


def label_of(other: LoadedModel, kind: str) -> str:
    """Return what a person calls the other model."""
    return "pruned" if kind == "pruned" else Path(other.source.location).name
