"""What the pages show of a closer look: entries, spikes, singular vectors, as far as known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.gui.spectrum.vectors.places import Places, input_places, output_places

if TYPE_CHECKING:
    from rmt_studio.analysis.details import EntryDetails, SpikeDetails
    from rmt_studio.analysis.vectors import SingularBasis
    from rmt_studio.gui.workbench import Workbench

_NOWHERE = Places("", "bars", 1, 1)


@dataclass(frozen=True, eq=False)
class Closer:
    """Results of a closer look at one layer; each None while it is not known.

    Attributes:
        entries: the histogram of its entries.
        other_entries: that of the model compared with.
        other_label: what that is called.
        spikes: its spikes.
        basis: its singular vectors.
        basis_refusal: why there are none; empty where there may be.
        ranks: the first and the last of the singular values that are looked at, or None.
        places: of the components of its right and of its left vectors.
    """

    entries: EntryDetails | None = None
    other_entries: EntryDetails | None = None
    other_label: str = ""
    spikes: SpikeDetails | None = None
    basis: SingularBasis | None = None
    basis_refusal: str = ""
    ranks: tuple[int, int] | None = None
    places: tuple[Places, Places] = (_NOWHERE, _NOWHERE)


def closer_look(workbench: Workbench, *, vectors: bool) -> Closer:
    """Return what is known of the current layer; the places of vectors where those are wanted."""
    lens, places = workbench.lens, (_NOWHERE, _NOWHERE)
    model, name = workbench.document.model, workbench.current
    if vectors and model is not None and name is not None:
        layer = model.layer(name)
        places = (
            input_places(model, layer, lens.view),
            output_places(model, layer, lens.view),
        )
    return Closer(
        lens.entries,
        lens.compared_entries,
        lens.compared_label,
        lens.spikes,
        lens.basis,
        lens.basis_refusal,
        lens.picked_ranks,
        places,
    )
