"""How the layer on show is looked at: the choosers of its view and of what is laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from rmt_studio.analysis.nulls import NULL_KINDS
from rmt_studio.gui.spectrum.captions import shortened
from rmt_studio.gui.spectrum.chooser import Chooser, Option
from rmt_studio.studio.document import RecipeChanged

if TYPE_CHECKING:
    from rmt_studio.analysis.views import View
    from rmt_studio.gui.workbench import Workbench

_GAP = 6
_ASK = ("compared", "another")
_PRODUCTS = {"query_key": "W_qᵀ W_k", "output_value": "W_o W_v"}


class Looks(QWidget):
    """Two buttons: the view of the layer, and the overlays (a null, another model)."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._lens = workbench, workbench.lens
        self.view = Chooser(
            "view_chooser",
            self.tr("View of the layer"),
            self.tr("What of the layer is shown; up and down keys step through"),
        )
        self.overlays = Chooser(
            "overlay_chooser",
            self.tr("Overlays"),
            self.tr("What is drawn beside the spectrum: what noise would give, another model"),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self.view)
        row.addWidget(self.overlays)
        self.view.picked.connect(self._view_picked)
        self.overlays.picked.connect(self._overlay_picked)
        self._lens.changed.connect(self.refresh)
        workbench.document_changed.connect(self._document_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show what is chosen and what can be chosen now."""
        lens = self._lens
        self.view.offer(self._view_options(), (lens.view,))
        self.view.say(*_view_texts(lens.view))
        chosen = (("null", lens.null_kind), ("compared", lens.compared_kind))
        self.overlays.offer((*self._null_options(), *self._compared_options()), chosen)
        self.overlays.say(*self._overlay_texts())

    def width_of(self, short: bool) -> int:
        """Return the pixels that both need with short or full texts."""
        return self.view.width_of(short) + self.overlays.width_of(short) + _GAP

    def set_short(self, short: bool) -> None:
        """Use the short texts or the full ones."""
        for chooser in (self.view, self.overlays):
            chooser.set_short(short)

    def _document_changed(self, event: object) -> None:
        if isinstance(event, RecipeChanged):  # the lens tells of the rest
            self.refresh()

    def _view_picked(self, view: View) -> None:
        self._lens.choose_view(view)

    def _overlay_picked(self, key: tuple[str, Any]) -> None:
        what, kind = key
        if key == _ASK:
            self._lens.checkpoint_wanted.emit()
        elif what == "null":
            self._lens.choose_null(kind)
        else:
            self._lens.choose_compared(kind)

    def _view_options(self) -> tuple[Option, ...]:
        lens = self._lens
        return tuple(
            Option(
                view,
                _view_texts(view)[0] if view.head is None else _head_text(view),
                group=self._group(view),
                tip=view.why_not,
                refusal=lens.refusal(view),
            )
            for view in lens.views
        )

    def _group(self, view: View) -> str:
        if view.kind == "head":
            return self.tr("One head")
        product = _PRODUCTS.get(view.kind)
        return self.tr("Product {product} of one head").format(product=product) if product else ""

    def _null_options(self) -> tuple[Option, ...]:
        nothing = Option(("null", None), self.tr("None"), section=self.tr("Null: what noise gives"))
        return (
            nothing,
            *(
                Option(("null", kind), _tr(label), refusal=self._lens.null_refusal(kind))
                for kind, label in NULL_KINDS.items()
            ),
        )

    def _compared_options(self) -> tuple[Option, ...]:
        rules = bool(self._workbench.document.recipe.rules)
        pruned_refusal = "" if rules else self.tr("no layer has a rule")
        last = self._workbench.comparisons.checkpoint_label
        another = self.tr("Another checkpoint…") if last else self.tr("A checkpoint…")
        return (
            Option(("compared", "none"), self.tr("Nothing"), section=self.tr("Compare with")),
            Option(("compared", "pruned"), self.tr("Pruned model"), refusal=pruned_refusal),
            *((Option(("compared", "checkpoint"), shortened(last), tip=last),) if last else ()),
            Option(_ASK, another, tip=self.tr("Choose other weights of this network"), asks=True),
        )

    def _overlay_texts(self) -> tuple[str, str]:
        kind, compared = self._lens.null_kind, self._lens.compared_kind
        null = {
            "shuffled": self.tr("shuffled"),
            "profile": self.tr("profile"),
            "initialisation": self.tr("initial"),
        }.get(kind or "", kind or "")
        other = {"pruned": self.tr("pruned"), "checkpoint": self.tr("checkpoint")}.get(compared, "")
        if null and other:
            return self.tr("Null: {} · vs {}").format(null, other), self.tr("2 overlays")
        if other:
            return self.tr("Compared: {}").format(other), self.tr("vs {}").format(other)
        if null:
            return self.tr("Null: {}").format(null), null
        return self.tr("Overlays"), self.tr("Overlays")


def _view_texts(view: View) -> tuple[str, str]:
    """Return what a view is called, in full and in short."""
    if view.kind == "whole":
        return _tr("Whole matrix"), _tr("Whole")
    if view.kind == "whitened":
        return _tr("Whitened by its inputs"), _tr("Whitened")
    head = _head_text(view)
    if view.kind == "head":
        return head, head
    return f"{head}: {_PRODUCTS[view.kind]}", f"{_PRODUCTS[view.kind]} {view.head}"


def _head_text(view: View) -> str:
    return _tr("Head {}").format(view.head)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Looks", text)
