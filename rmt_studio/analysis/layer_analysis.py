"""What is known of each matrix of a model: its spectrum, its fit, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from rmt_studio.errors import InputError
from rmt_studio.spectra import edge_test, eigenvalue_tail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.models.layers import Layer, Role
    from rmt_studio.spectra import (
        BulkFit,
        EdgeTest,
        EntryStatistics,
        PowerLawTail,
        Spectrum,
    )


@dataclass(frozen=True)
class LayerAnalysis:
    """One matrix of a model with its spectrum and its Marchenko-Pastur fit.

    Attributes:
        layer: which matrix.
        spectrum: its singular values.
        fit: its noise law.
        entries: moments of its entries; None where they were not asked for.
    """

    layer: Layer
    spectrum: Spectrum
    fit: BulkFit
    entries: EntryStatistics | None = None

    @cached_property
    def edge(self) -> EdgeTest | None:
        """The Tracy-Widom test of the largest value; None where nothing is left to test."""
        try:
            return edge_test(self.spectrum, self.fit)
        except InputError:
            return None

    @cached_property
    def tail(self) -> PowerLawTail | None:
        """The power law of the eigenvalue tail; None where no two eigenvalues differ."""
        try:
            return eigenvalue_tail(self.spectrum)
        except InputError:
            return None

    @property
    def name(self) -> str:
        """Name of the layer, such as ``blocks.3.attn.q``."""
        return self.layer.name

    @property
    def role(self) -> Role:
        """What the matrix does in the network."""
        return self.layer.role

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in) of the unfolded matrix."""
        return self.layer.shape

    def record(self) -> dict[str, object]:
        """Return the numbers of this layer as plain values at full precision."""
        fit = self.fit
        return {
            "name": self.name,
            "role": str(self.role),
            "out": self.shape[0],
            "in": self.shape[1],
            "parameters": self.layer.size,
            "ratio": self.spectrum.ratio,
            "method": fit.method,
            "options": dict(fit.options),
            "zeros": fit.zeros,
            "deflated": fit.deflated,
            "variance": fit.variance,
            "lower_edge": fit.lower_edge,
            "upper_edge": fit.upper_edge,
            "threshold": fit.threshold,
            "spikes": fit.spikes,
            "bulk_fraction": fit.bulk_fraction,
            "ks_distance": fit.ks_distance,
            "ks_null_95": fit.ks_null_95,
            "ks_p_value": fit.ks_p_value,
            "ks_central": fit.ks_central,
            "ks_central_null_95": fit.ks_central_null_95,
            "singular_values": self.spectrum.singular_values.tolist(),
        }


class Analysis(Sequence[LayerAnalysis]):
    """The analysed layers in the model's order; also found by name.

    Attributes:
        skipped: names of the matrices that hold nothing but zeros and so have no noise law.
    """

    def __init__(self, layers: Iterable[LayerAnalysis], skipped: Iterable[str] = ()) -> None:
        self._layers = tuple(layers)
        self.skipped = tuple(skipped)
        self._by_name = {layer.name: layer for layer in self._layers}

    def __len__(self) -> int:
        return len(self._layers)

    @overload
    def __getitem__(self, key: int | str) -> LayerAnalysis: ...
    @overload
    def __getitem__(self, key: slice) -> Analysis: ...
    def __getitem__(self, key: int | str | slice) -> LayerAnalysis | Analysis:
        if isinstance(key, slice):
            return Analysis(self._layers[key])
        if isinstance(key, str):
            return self._by_name[key]
        return self._layers[key]

    def records(self) -> list[dict[str, object]]:
        """Return one plain dictionary per layer, at full precision."""
        return [layer.record() for layer in self]
