"""Prune-restore cycles: magnitude, Spectral Edge Reallocation, and the hybrid of the two."""

from __future__ import annotations

from rmt_studio.studies.cycles.folder import CycleFolder
from rmt_studio.studies.cycles.recipe import CycleRecipe, EdgeWeights
from rmt_studio.studies.cycles.row import CycleReport, CycleRow
from rmt_studio.studies.cycles.run import Cycles, run_cycles

__all__ = [
    "CycleFolder",
    "CycleRecipe",
    "CycleReport",
    "CycleRow",
    "Cycles",
    "EdgeWeights",
    "run_cycles",
]
