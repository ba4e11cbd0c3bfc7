"""Many prunings of one model: methods side by side, and the smallest model that is good enough."""

from __future__ import annotations

from rmt_studio.studies.carry_out import carry_out
from rmt_studio.studies.compare import MethodComparison, compare_methods
from rmt_studio.studies.distillation import distill
from rmt_studio.studies.pairs import PairedDifference
from rmt_studio.studies.search import Criterion, SearchResult, SearchStep, smallest_within
from rmt_studio.studies.trial import Failed, Measured, Trial

__all__ = [
    "Criterion",
    "Failed",
    "Measured",
    "MethodComparison",
    "PairedDifference",
    "SearchResult",
    "SearchStep",
    "Trial",
    "carry_out",
    "compare_methods",
    "distill",
    "smallest_within",
]
