"""Two analyses of one architecture side by side: what training or pruning did to each layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis

_NAMED = 3


@dataclass(frozen=True)
class LayerChange:
    """One layer before and after. A relative change is ``after/before - 1``.

    Attributes:
        name: of the layer.
        before: its analysis in the first model.
        after: in the second.
    """

    name: str
    before: LayerAnalysis
    after: LayerAnalysis

    @property
    def edge_change(self) -> float:
        """Relative change of the bulk's upper edge on the singular-value scale."""
        return _relative(self.before.fit.singular_value_edge, self.after.fit.singular_value_edge)

    @property
    def variance_change(self) -> float:
        """Relative change of the fitted noise variance."""
        return _relative(self.before.fit.variance, self.after.fit.variance)

    @property
    def spikes_change(self) -> int:
        """How many more spikes there are."""
        return self.after.fit.spikes - self.before.fit.spikes

    @property
    def bulk_change(self) -> float:
        """Difference of the bulk's share of the eigenvalues."""
        return self.after.fit.bulk_fraction - self.before.fit.bulk_fraction

    @property
    def alpha_change(self) -> float | None:
        """Difference of the tail's exponent; None where one of them has no tail."""
        before, after = self.before.tail, self.after.tail
        return None if before is None or after is None else after.alpha - before.alpha

    @property
    def largest_change(self) -> float:
        """Relative change of the largest singular value."""
        first, second = (x.spectrum.singular_values[0] for x in (self.before, self.after))
        return _relative(float(first), float(second))

    def record(self) -> dict[str, object]:
        """Return both sides and the changes as plain values."""
        sides = {"before": self.before, "after": self.after}
        numbers = {
            f"{key}_{side}": value
            for side, layer in sides.items()
            for key, value in {
                "edge": layer.fit.singular_value_edge,
                "variance": layer.fit.variance,
                "spikes": layer.fit.spikes,
                "bulk_fraction": layer.fit.bulk_fraction,
                "alpha": layer.tail.alpha if layer.tail else None,
                "largest": float(layer.spectrum.singular_values[0]),
            }.items()
        }
        return {
            "name": self.name,
            **numbers,
            "edge_change": self.edge_change,
            "variance_change": self.variance_change,
            "spikes_change": self.spikes_change,
            "bulk_change": self.bulk_change,
            "alpha_change": self.alpha_change,
            "largest_change": self.largest_change,
        }


class Comparison(Sequence[LayerChange]):
    """The layers that both analyses have, in the order of the first; also found by name.

    Attributes:
        missing: names of the layers that only one of the two has, such as those that hold nothing
            but zeros on the other side.
    """

    def __init__(self, changes: Iterable[LayerChange], missing: Iterable[str] = ()) -> None:
        self._changes = tuple(changes)
        self.missing = tuple(missing)
        self._by_name = {change.name: change for change in self._changes}

    def __len__(self) -> int:
        return len(self._changes)

    def __contains__(self, key: object) -> bool:
        return key in self._by_name or key in self._changes

    @overload
    def __getitem__(self, key: int | str) -> LayerChange: ...
    @overload
    def __getitem__(self, key: slice) -> Comparison: ...
    def __getitem__(self, key: int | str | slice) -> LayerChange | Comparison:
        if isinstance(key, slice):
            return Comparison(self._changes[key], self.missing)
        if isinstance(key, str):
            return self._by_name[key]
        return self._changes[key]

    def records(self) -> list[dict[str, object]]:
        """Return one plain dictionary per layer, at full precision."""
        return [change.record() for change in self]


def compare(before: Analysis, after: Analysis) -> Comparison:
    """Put two analyses of one architecture side by side.

    Layers are paired by name. A matrix of zeros was skipped by its analysis: a layer that is zero
    on one side is named in ``missing`` of the result. So are the layers of which only one side
    was asked for.

    Raises:
        InputError: the two share no layer, a layer has another shape in the second, a layer of
            one is unknown to the other, or they were fitted by different methods.
    """
    firsts, seconds = ({layer.name: layer for layer in one} for one in (before, after))
    shared = [name for name in firsts if name in seconds]
    missing = [*(n for n in firsts if n not in seconds), *(n for n in seconds if n not in firsts)]
    unexplained = [n for n in missing if n not in {*before.skipped, *after.skipped}]
    if unexplained:
        more = f" and {len(unexplained) - _NAMED} more" if len(unexplained) > _NAMED else ""
        reason = f"only one of the two has {', '.join(unexplained[:_NAMED])}{more}"
        raise InputError("the models compared", reason, "compare two of one architecture")
    for name in shared:
        _require_alike(firsts[name], seconds[name])
    return Comparison((LayerChange(n, firsts[n], seconds[n]) for n in shared), missing)


def _require_alike(first: LayerAnalysis, second: LayerAnalysis) -> None:
    """Refuse a pair whose numbers mean different things."""
    if first.shape != second.shape:
        sizes = " and ".join(f"{x.shape[0]} x {x.shape[1]}" for x in (first, second))
        raise InputError(first.name, f"is {sizes} in the two", "compare two of one architecture")
    methods = [(x.fit.method, x.fit.options) for x in (first, second)]
    if methods[0] != methods[1]:
        reason = (
            f"was fitted by {methods[0][0]} {methods[0][1]} and {methods[1][0]} {methods[1][1]}"
        )
        raise InputError(first.name, reason, "analyse both alike")


def _relative(before: float, after: float) -> float:
    return after / before - 1
