"""The paper's experiments on fully connected networks: run them, see them, hold them to figures."""

from __future__ import annotations

from rmt_studio.studies.lab.catalogue import EXPERIMENTS
from rmt_studio.studies.lab.dataset import Pictures, open_fashion_mnist
from rmt_studio.studies.lab.experiment import Experiment
from rmt_studio.studies.lab.rows import Beside, Column, LabResult, LabRow, Panel, Verdict
from rmt_studio.studies.lab.running import experiment_named, run_experiment
from rmt_studio.studies.lab.settings import LabSettings

__all__ = [
    "EXPERIMENTS",
    "Beside",
    "Column",
    "Experiment",
    "LabResult",
    "LabRow",
    "LabSettings",
    "Panel",
    "Pictures",
    "Verdict",
    "experiment_named",
    "open_fashion_mnist",
    "run_experiment",
]
