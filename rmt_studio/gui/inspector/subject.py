"""What the inspector knows of one selected layer, and the two ways to say one threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.pruning import LayerProfile, LayerRule, untouched
from rmt_studio.pruning.effect import kept_rank

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.models.layers import Layer
    from rmt_studio.pruning import Effect, EntryThreshold, SingularValueCut


@dataclass(frozen=True)
class Subject:
    """One selected layer.

    Attributes:
        layer: the matrix.
        rule: what the recipe does to it.
        analysis: its spectrum and fit; None while they are not known.
        profile: its sorted entries; None while they are not asked for or not known.
        measured: the effect of the rule as the document knows it, or None.
    """

    layer: Layer
    rule: LayerRule
    analysis: LayerAnalysis | None = None
    profile: LayerProfile | None = None
    measured: Effect | None = None

    @property
    def effect(self) -> Effect | None:
        """The effect of the rule, measured or looked up; None while it is not known."""
        if self.measured is not None:
            return self.measured
        if self.profile is not None:
            return self.profile.predict(self.rule)
        return untouched(self.layer.size) if self.rule.keeps else None

    def edge_multiple(self, step: SingularValueCut) -> float | None:
        """Return the multiple of the upper edge that a cut removes up to; None if unknown.

        A cut at rank r removes all up to ``lambda_{r+1}``, so its multiple is that over the edge.
        """
        if step.edge_multiple is not None:
            return step.edge_multiple
        if self.analysis is None or self.analysis.fit.upper_edge <= 0:
            return None
        eigenvalues, rank = self.analysis.spectrum.eigenvalues, step.rank or 0
        removed = eigenvalues[rank] if rank < eigenvalues.size else 0.0
        edge = self.analysis.fit.upper_edge
        multiple = float(removed / edge)
        # a quotient that was rounded down would leave what it is to remove
        return multiple if multiple * edge >= removed else math.nextafter(multiple, math.inf)

    def rank(self, step: SingularValueCut) -> int | None:
        """Return how many singular values a cut leaves; None if unknown."""
        if step.rank is not None:
            return min(step.rank, min(self.layer.shape))
        if self.analysis is None:
            return None
        return kept_rank(step, self.analysis.spectrum, self.analysis.fit)

    def entry_threshold(self, step: EntryThreshold) -> float | None:
        """Return the size under which entries of the dense matrix go; None if unknown."""
        if step.threshold is not None:
            return step.threshold
        if self.profile is None:
            return None
        return self.profile.threshold_of(self.profile.zeroed(step))

    def entry_share(self, step: EntryThreshold) -> float | None:
        """Return the share of the entries of the dense matrix that go; None if unknown."""
        if step.share is not None:
            return step.share
        if self.profile is None:
            return None
        return self.profile.zeroed(step) / self.profile.sizes.size
