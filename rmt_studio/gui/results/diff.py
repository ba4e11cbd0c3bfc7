"""Two runs side by side: accuracy with its paired interval and test, sizes, and every layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.studies import PairedDifference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studio.run import Run


@dataclass(frozen=True)
class LayerPair:
    """What two runs remove of one layer, as shares of 1; None where that is not known."""

    name: str
    first: float | None
    second: float | None

    @property
    def change(self) -> float | None:
        """How much more the second removes."""
        if self.first is None or self.second is None:
            return None
        return self.second - self.first


@dataclass(frozen=True)
class RunDiff:
    """The second run less the first.

    Attributes:
        first: a run.
        second: another run.
        paired: top-1 of the second less that of the first; None where they saw other images.
        layers: layers that one of them prunes, the largest change first.
    """

    first: Run
    second: Run
    paired: PairedDifference | None
    layers: tuple[LayerPair, ...]

    @property
    def p_value(self) -> float | None:
        """Of McNemar's exact test (1947): that chance alone tells the discordant images apart."""
        if self.paired is None:
            return None
        discordant = self.paired.gained + self.paired.lost
        if discordant == 0:
            return 1.0
        from scipy.stats import binomtest  # only when asked for: scipy.stats takes a while

        return float(binomtest(self.paired.gained, discordant, 0.5).pvalue)


def diff_of(first: Run, second: Run, order: Sequence[str] = ()) -> RunDiff:
    """Compare two runs.

    Args:
        first: a run.
        second: another run.
        order: names of the layers in the order of the model; equal changes are shown in it.
    """
    same = first.evaluation.names == second.evaluation.names
    paired = PairedDifference.of(second.evaluation, first.evaluation) if same else None
    pruned = {name for run in (first, second) if run.recipe for name in run.recipe.rules}
    places = {name: place for place, name in enumerate(order)}
    names = sorted(pruned, key=lambda name: (places.get(name, len(places)), name))
    pairs = [LayerPair(name, _removed(first, name), _removed(second, name)) for name in names]
    pairs.sort(key=lambda pair: -abs(pair.change or 0.0))
    return RunDiff(first, second, paired, tuple(pairs))


def _removed(run: Run, name: str) -> float | None:
    if run.recipe is None or name not in run.recipe.rules:
        return 0.0
    return run.layer_sparsity.get(name)
