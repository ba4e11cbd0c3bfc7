"""What the open model is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.models.loading import LoadedModel

Comparing = Literal["none", "pruned", "checkpoint"]


@dataclass(frozen=True, eq=False)
class Compared:
    """A second model of the same architecture, whose spectra stand beside those of the open one.

    Attributes:
        label: what a person calls it: ``pruned``, or the name of the checkpoint's file.
        kind: where it came from.
        analysis: its spectra, fitted in the same way.
        model: its weights, for the views that a whole matrix does not show.
    """

    label: str
    kind: Literal["pruned", "checkpoint"]
    analysis: Analysis
    model: LoadedModel

    def layer(self, name: str) -> LayerAnalysis | None:
        """Return the spectrum and the fit of a layer; None where it has none."""
        try:
            return self.analysis[name]
        except KeyError:
            return None
