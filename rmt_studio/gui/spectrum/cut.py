"""The cut of a rule as a place in the spectrum, and the rule that a place asks for (no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.pruning import LayerRule, SingularValueCut
from rmt_studio.pruning.effect import kept_rank

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis

_LARGEST_MULTIPLE = 1e6  # of `SingularValueCut`


@dataclass(frozen=True)
class Cut:
    """Where the singular-value cut of a rule lies in one spectrum.

    Attributes:
        eigenvalue: the place; eigenvalues at or under it go.
        multiple: the place in units of the upper edge.
        rank: how many singular values stay; None while the rule has no cut.
    """

    eigenvalue: float
    multiple: float
    rank: int | None

    @property
    def active(self) -> bool:
        """Whether the rule has a cut; otherwise the place is the upper edge, as an offer."""
        return self.rank is not None


def cut_of(rule: LayerRule, layer: LayerAnalysis) -> Cut:
    """Return where the cut of ``rule`` lies; a cut by rank lies between two eigenvalues."""
    edge = layer.fit.upper_edge
    step = rule.step(SingularValueCut)
    if step is None:
        return Cut(edge, 1.0, None)
    rank = kept_rank(step, layer.spectrum, layer.fit)
    if step.edge_multiple is not None:
        return Cut(step.edge_multiple * edge, step.edge_multiple, rank)
    place = _between(layer, rank)
    return Cut(place, place / edge, rank)


def with_cut(rule: LayerRule, multiple: float) -> LayerRule:
    """Return ``rule`` cutting at a multiple of the upper edge.

    The cut the rule has moves, with its ``keep`` share; a rule without one cuts first of all. The
    multiple is rounded to five digits, finer than a pixel, so that recipes stay readable.
    """
    place = float(f"{min(max(multiple, 0.0), _LARGEST_MULTIPLE):.5g}")
    old = rule.step(SingularValueCut)
    if old is None:
        return LayerRule(steps=(SingularValueCut(edge_multiple=place), *rule.steps))
    new = SingularValueCut(edge_multiple=place, keep=old.keep)
    return LayerRule(steps=tuple(new if step is old else step for step in rule.steps))


def without_cut(rule: LayerRule) -> LayerRule:
    """Return ``rule`` without its singular-value cuts."""
    return LayerRule(steps=tuple(s for s in rule.steps if not isinstance(s, SingularValueCut)))


def _between(layer: LayerAnalysis, rank: int) -> float:
    """Return the middle between the last eigenvalue that stays and the first that goes."""
    values = layer.spectrum.eigenvalues
    if rank <= 0:
        return float(values[0]) * 1.05
    if rank >= values.size:
        return float(values[-1]) / 2
    return float(values[rank - 1] + values[rank]) / 2
