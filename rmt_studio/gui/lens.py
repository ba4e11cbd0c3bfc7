"""How the layer on show is looked at: through which view, beside which null and which model.

What is shown of the current layer is computed in the background, on a lane of its own, and the
results looked at last are kept, so that going back is instant. Plots read the attributes of
`Lens`; each is None while it is being computed, and `changed` tells when that is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.analysis.views import WHOLE, View, views_of
from rmt_studio.errors import InputError
from rmt_studio.gui.lens_shelf import LensShelf
from rmt_studio.gui.lens_work import Detail, Look, wanted_work
from rmt_studio.gui.moments import Moments
from rmt_studio.models.initialisation import initial_law
from rmt_studio.studio.document import (
    AnalysisCleared,
    ComparedChanged,
    ImagesOpened,
    LayersAnalyzed,
    ModelOpened,
    MomentsMeasured,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.details import EntryDetails, SpikeDetails
    from rmt_studio.analysis.vectors import SingularBasis
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.spectra.nulls import NullSpectra
    from rmt_studio.studio.document import Comparing, Document, DocumentEvent
    from rmt_studio.studio.lens_tasks import Work

    Key = tuple[object, ...]


class Lens(QObject):
    """The view of the current layer, its null, its counterpart in another model, its details.

    Signals:
        changed (): any of the attributes is another.
        picked_changed (): another singular value is looked at, or none.
        checkpoint_wanted (): a person wants to choose a checkpoint to compare with.

    Attributes:
        views: what the current layer can be seen as, the whole matrix first; a view that has to
            wait for something is among them, see `refusal`.
        view: the one that is chosen.
        null_kind: the null that is wanted, or None.
    """

    changed = Signal()
    picked_changed = Signal()
    checkpoint_wanted = Signal()

    def __init__(
        self,
        document: Document,
        desk: JobDesk,
        choose_compared: Callable[[Comparing], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._choose_compared = document, choose_compared
        self._name: str | None = None
        self.views: tuple[View, ...] = (WHOLE,)
        self.view = WHOLE
        self.null_kind: str | None = None
        self._wanted: set[Detail] = set()
        self._ranks: tuple[int, int] | None = None
        self._shelf, self._bases = LensShelf(desk, self), LensShelf(desk, self, kept=1)
        for shelf in (self._shelf, self._bases):
            shelf.arrived.connect(self._refresh)
        self.moments = Moments(document, desk, self)
        self.moments.changed.connect(self._moments_moved)

    # --- what a person chooses ---------------------------------------------------------------

    def choose_view(self, view: View) -> None:
        """Look at the current layer in another way; one that is refused changes nothing."""
        if view == self.view or view not in self.views or self.refusal(view):
            return
        self.view = view
        if view.kind == "whitened" and self._document.moments is None:
            self.moments.measure()
        self._refresh()

    def choose_null(self, kind: str | None) -> None:
        """Show another null beside the spectrum, or none."""
        if kind != self.null_kind:
            self.null_kind = kind
            self._refresh()

    def choose_compared(self, kind: Comparing) -> None:
        """Compare with the pruned model, with the last checkpoint again, or with nothing."""
        self._choose_compared(kind)

    def want(self, what: Detail, wanted: bool) -> None:
        """Say that a tab which shows these details is in view, or is not any more."""
        if wanted != (what in self._wanted):
            (self._wanted.add if wanted else self._wanted.discard)(what)
            self._refresh()

    def pick(self, rank: int | None, to: int | None = None) -> None:
        """Look at one singular value, 0 for the largest, or at all up to another; or at none."""
        ranks = None if rank is None else (rank, rank if to is None else to)
        if ranks != self._ranks:
            self._ranks = ranks
            self.picked_changed.emit()

    def refusal(self, view: View) -> str:
        """Return why a view cannot be chosen now; empty when it can."""
        no_inputs = self._document.images is None and self._document.moments is None
        if view.kind == "whitened" and no_inputs:
            return self.tr("open an image folder first")
        return ""

    def null_refusal(self, kind: str) -> str:
        """Return why there is no such null of what is shown; empty where there may be one."""
        model = self._document.model
        if model is None or self._name is None:
            return self.tr("open a model first")
        if kind == "initialisation":
            try:
                initial_law(model.layout, model.layer(self._name))
            except InputError as error:
                return error.reason
        return self._shelf.reason(("null", self._name, self.view, kind))

    # --- what is shown -----------------------------------------------------------------------

    @property
    def shown(self) -> LayerAnalysis | None:
        """The current layer through the view; None while that is not known."""
        if self._name is None:
            return None
        if self.view == WHOLE:
            return self._document.layer(self._name)
        return self._shelf.get(("view", self._name, self.view))

    @property
    def null(self) -> NullSpectra | None:
        """The null of what is shown; None where none is wanted or while it is computed."""
        return self._shelf.get(("null", self._name, self.view, self.null_kind))

    @property
    def compared_kind(self) -> Comparing:
        """What the model is compared with."""
        return self._document.comparing

    @property
    def compared(self) -> LayerAnalysis | None:
        """The same layer of the other model through the same view; None while there is none."""
        other = self._document.compared
        if other is None or self._name is None:
            return None
        if self.view == WHOLE:
            return other.layer(self._name)
        return self._shelf.get(("compared", self._name, self.view, other))

    @property
    def compared_label(self) -> str:
        """What a person calls the other model; empty while there is none."""
        return self._document.compared.label if self._document.compared else ""

    @property
    def awaits_pruning(self) -> bool:
        """Whether the comparison is with a pruned model that has not been made."""
        return self.compared_kind == "pruned" and self._document.pruned is None

    @property
    def compared_refusal(self) -> str:
        """Why the other model has no such spectrum; empty where it has, or may yet have one."""
        other = self._document.compared
        if other is None or self._name is None:
            return ""
        if self._name in other.analysis.skipped:
            return self.tr("nothing but zeros, so no spectrum")
        return self._shelf.reason(("compared", self._name, self.view, other))

    @property
    def entries(self) -> EntryDetails | None:
        """The histogram of the entries of what is shown; None while that is not known."""
        return self._shelf.get(("entries", self._name, self.view))

    @property
    def compared_entries(self) -> EntryDetails | None:
        """The histogram of the same entries in the other model; None while there is none."""
        return self._shelf.get(("entries", self._name, self.view, self._document.compared))

    @property
    def picked(self) -> int | None:
        """The rank of the singular value that is looked at; None where what is shown lacks it."""
        return None if self.picked_ranks is None else self.picked_ranks[0]

    @property
    def picked_ranks(self) -> tuple[int, int] | None:
        """The same, and that up to which all are looked at; it may be the smaller or the same."""
        shown, ranks = self.shown, self._ranks
        there = shown is not None and ranks is not None and max(ranks) < shown.fit.dimension
        return ranks if there else None

    @property
    def basis(self) -> SingularBasis | None:
        """The singular vectors of what is shown; None while they are not known."""
        return self._bases.get(("vectors", self._name, self.view))

    @property
    def basis_refusal(self) -> str:
        """Why what is shown has no singular vectors; empty where it has."""
        return self._bases.reason(("vectors", self._name, self.view))

    @property
    def spikes(self) -> SpikeDetails | None:
        """The spikes of what is shown; None while that is not known."""
        return self._shelf.get(("spikes", self._name, self.view))

    @property
    def cuts(self) -> bool:
        """Whether the thresholds of rules belong to what is shown: they cut the whole matrix."""
        return self.view == WHOLE

    @property
    def message(self) -> str:
        """Why `shown` is None, for a person; empty when it is not."""
        if self._name is None or self.view == WHOLE or self.shown is not None:
            return ""
        return self._shelf.reason(("view", self._name, self.view)) or self._waiting()

    @property
    def refused(self) -> bool:
        """Whether the layer cannot be seen through the view at all."""
        return bool(self._shelf.reason(("view", self._name, self.view)))

    def _waiting(self) -> str:
        if self.view.kind == "whitened" and self._document.moments is None:
            return self.tr("The second moments of the layers' inputs are being measured…")
        return self.tr("The spectrum of {name}, {view}, is being computed…").format(
            name=self._name, view=self.view.label
        )

    # --- what follows from a change ----------------------------------------------------------

    def look_at(self, name: str | None) -> None:
        """Show another layer; the view stays where that layer offers the same."""
        if name != self._name:
            self._name = name
            self._offer_views()
            self._refresh()

    def follow(self, event: DocumentEvent) -> None:
        """Bring what is shown up to date after a change of the document."""
        if isinstance(event, ModelOpened):
            self._name = None
        if isinstance(event, ModelOpened | ImagesOpened | MomentsMeasured | AnalysisCleared):
            self._shelf.clear()
            self._bases.clear()
            self._offer_views()
            self._refresh()
        elif isinstance(event, ComparedChanged) or (
            isinstance(event, LayersAnalyzed) and self._name in event.names
        ):
            self._refresh()

    def _offer_views(self) -> None:
        model = self._document.model
        if model is None or self._name is None:
            self.views, self.view = (WHOLE,), WHOLE
            return
        self.views = views_of(model, model.layer(self._name), whitened=True)
        if self.view not in self.views or self.refusal(self.view):
            self.view = WHOLE
        elif self.view.kind == "whitened" and self._document.moments is None:
            self.moments.measure()

    def _moments_moved(self) -> None:
        if self.view.kind == "whitened" and not self.moments.measuring:
            self.view = WHOLE if self._document.moments is None else self.view
        self._refresh()

    def _refresh(self) -> None:
        """Start what is wanted and not there, cancel what is not wanted any more, and tell."""
        asked = self._asked()
        self._bases.ask({key: work for key, work in asked.items() if key[0] == "vectors"})
        self._shelf.ask({key: work for key, work in asked.items() if key[0] != "vectors"})
        self.changed.emit()

    def _asked(self) -> dict[Key, Work]:
        if self._document.model is None or self._name is None:
            return {}
        look = Look(self._name, self.view, self.null_kind, frozenset(self._wanted))
        return wanted_work(self._document, look, self.shown)
