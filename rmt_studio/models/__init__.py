"""What a network is made of: its matrices, how it is loaded, how it is written."""

from __future__ import annotations

from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.export import ExportReport, export
from rmt_studio.models.layers import Layer, Role, matrices_of
from rmt_studio.models.loading import LoadedModel, Source, load_model

__all__ = [
    "ExportReport",
    "Layer",
    "LoadedModel",
    "Role",
    "Source",
    "atomic_write",
    "export",
    "load_model",
    "matrices_of",
]
