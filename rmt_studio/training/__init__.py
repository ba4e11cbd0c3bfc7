"""Bring accuracy back: train a network whose weights obey constraints."""

from __future__ import annotations

from rmt_studio.training.constraints import Constraint, Entries, Product
from rmt_studio.training.loop import Trained, train
from rmt_studio.training.reports import EpochReport, Report, Score, StepReport
from rmt_studio.training.run_file import RunFile, holds_run, require_no_run
from rmt_studio.training.settings import FineTuning
from rmt_studio.training.views import Views
from rmt_studio.training.weights import Bound, Weights, only_entries

__all__ = [
    "Bound",
    "Constraint",
    "Entries",
    "EpochReport",
    "FineTuning",
    "Product",
    "Report",
    "RunFile",
    "Score",
    "StepReport",
    "Trained",
    "Views",
    "Weights",
    "holds_run",
    "only_entries",
    "require_no_run",
    "train",
]
