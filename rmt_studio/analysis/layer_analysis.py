"""What is known of each matrix of a model: its spectrum, its fit, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from rmt_studio.analysis.frame import frame_of
from rmt_studio.analysis.records import layer_record
from rmt_studio.analysis.view import WHOLE, View
from rmt_studio.errors import InputError
from rmt_studio.spectra import edge_test, eigenvalue_tail

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas

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
        layer: which matrix; under a view other than the whole its name and shape are the view's.
        spectrum: its singular values.
        fit: its noise law; only a ruler where ``view.marchenko_pastur`` is False.
        entries: moments of its entries; None where they were not asked for.
        view: as what the layer was looked at.
        product_edge: of a product of two weights, where the product of their noises ends, on the
            eigenvalue scale ``s^2 / n``; None for the other views.
    """

    layer: Layer
    spectrum: Spectrum
    fit: BulkFit
    entries: EntryStatistics | None = None
    view: View = WHOLE
    product_edge: float | None = None

    @cached_property
    def edge(self) -> EdgeTest | None:
        """The Tracy-Widom test of the largest value; None where it has no meaning.

        That is where nothing is left to test, or where noise in this view follows another law.
        """
        if not self.view.marchenko_pastur:
            return None
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
        """Name of what was analysed, ``blocks.3.attn.q`` or ``blocks.3.attn.q · head 2``."""
        return self.layer.name

    @property
    def layer_name(self) -> str:
        """Name of the layer as the model knows it, without the view."""
        return self.layer.name.removesuffix(self.view.suffix)

    @property
    def role(self) -> Role:
        """What the matrix does in the network."""
        return self.layer.role

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in) of the unfolded matrix."""
        return self.layer.shape

    def record(self) -> dict[str, object]:
        """Return all numbers as plain values, see `rmt_studio.analysis.records`."""
        return layer_record(self)


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

    def to_frame(self) -> pandas.DataFrame:
        """Return a pandas DataFrame: one row per layer, indexed by name, a column per number.

        Raises:
            InputError: pandas is not installed.
        """
        return frame_of(self.records())
