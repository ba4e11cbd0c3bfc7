"""The matrices of one model at several steps of its training: spectra, fits and their course."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.analysis.frame import frame_of
from rmt_studio.analysis.series_metrics import METRICS
from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas
    from numpy.typing import NDArray

    from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis
    from rmt_studio.analysis.series_listing import Entry

_OF_A_MATRIX = ("role", "block", "out", "in", "N", "M", "ratio")  # the same at every step


@dataclass(frozen=True, eq=False)
class SeriesStep:
    """One checkpoint, analysed.

    Attributes:
        step: the number in its name.
        name: of the file or folder.
        layers: its matrices.
        names: of all matrices in the model's order, those too that are zero.
    """

    step: int
    name: str
    layers: Analysis
    names: tuple[str, ...]

    def layer(self, name: str) -> LayerAnalysis | None:
        """Return a matrix; None where it holds nothing but zeros at this step."""
        return None if name in self.layers.skipped else self.layers[name]


@dataclass(frozen=True, eq=False)
class Track:
    """One matrix through all steps.

    Attributes:
        name: of the layer.
        steps: the numbers of the checkpoints, ascending.
        checkpoints: their names.
        found: the matrix at each; None where it is zero.
    """

    name: str
    steps: tuple[int, ...]
    checkpoints: tuple[str, ...]
    found: tuple[LayerAnalysis | None, ...]

    @property
    def known(self) -> tuple[LayerAnalysis, ...]:
        """The matrices that are not zero, in training order."""
        return tuple(layer for layer in self.found if layer is not None)

    def values(self, metric: str) -> NDArray[np.float64]:
        """Return a number at each step, shape ``(steps,)``; nan where it does not exist."""
        value = METRICS[metric].value
        numbers = (None if layer is None else value(layer) for layer in self.found)
        return np.array([np.nan if one is None else one for one in numbers], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Series:
    """The analysed checkpoints of one model, in training order.

    Attributes:
        folder: where they lie.
        architecture: timm's name of the network, or `rmt_studio.models.loaded_model.UNKNOWN`.
        names: of the matrices in the model's order.
        steps: the checkpoints.
        left_out: what of the folder is not part of it, each with its reason.
    """

    folder: Path
    architecture: str
    names: tuple[str, ...]
    steps: tuple[SeriesStep, ...]
    left_out: tuple[Entry, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.steps)

    def track(self, name: str) -> Track:
        """Return one matrix through training.

        Raises:
            InputError: there is no such matrix.
        """
        if name not in self.names:
            raise InputError(name, f"is not among the {len(self.names)} matrices of the series")
        found = tuple(step.layer(name) for step in self.steps)
        numbers = tuple(step.step for step in self.steps)
        return Track(name, numbers, tuple(step.name for step in self.steps), found)

    def records(self) -> list[dict[str, object]]:
        """Return one plain dictionary per step and matrix, at full precision.

        ``step`` and ``checkpoint`` come first, the rest is as `LayerAnalysis.record` has it, its
        lists (eigenvalues as ``singular_values``, spikes) last.
        """
        return [
            {"step": step.step, "checkpoint": step.name, **layer.record()}
            for step in self.steps
            for layer in step.layers
        ]

    def record(self) -> dict[str, object]:
        """Return the whole series as plain values, for JSON."""
        return {
            "architecture": self.architecture,
            "checkpoints": [{"step": step.step, "name": step.name} for step in self.steps],
            "left_out": [{"name": one.name, "reason": one.reason} for one in self.left_out],
            "layers": [self._layer_record(name) for name in self.names],
        }

    def to_frame(self) -> pandas.DataFrame:
        """Return a pandas DataFrame: one row per step and matrix, indexed by the matrix's name.

        Raises:
            InputError: pandas is not installed.
        """
        return frame_of(self.records())

    def _layer_record(self, name: str) -> dict[str, object]:
        """Return one matrix: what does not change once, and a record for each step."""
        records = [
            (step, None if layer is None else layer.record())
            for step, layer in ((step.step, step.layer(name)) for step in self.steps)
        ]
        first = next((record for _, record in records if record is not None), {})
        return {
            "name": name,
            **{key: first[key] for key in _OF_A_MATRIX if key in first},
            "steps": [
                {"step": step, "zeros_only": True}
                if record is None
                else {
                    "step": step,
                    **{k: v for k, v in record.items() if k not in (*_OF_A_MATRIX, "name")},
                }
                for step, record in records
            ],
        }
