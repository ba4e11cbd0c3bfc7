"""What the rules keep of the whole model, and the buttons that follow its target."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.card import Card
from rmt_studio.gui.inspector.figures import THIN
from rmt_studio.gui.inspector.kept import KeptParameters
from rmt_studio.gui.inspector.model_card import ModelCard, not_ready
from rmt_studio.gui.terms import term
from rmt_studio.pruning import METHODS
from rmt_studio.studio.document import (
    AnalysisCleared,
    CalibrationOpened,
    LayersAnalyzed,
    ModelOpened,
)

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench

_Label = TypeVar("_Label", bound=QLabel)
_SMALLER = 1  # pt, of the line under a button


class PruneCard(Card):
    """Stays in sight under the cards that scroll.

    One button goes all the way by the recommended method; two others take the chosen method step
    by step. Where the chosen method needs calibration images and there are none, a line says so
    beside the button that opens them.
    """

    def __init__(
        self, workbench: Workbench, target: ModelCard, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self.setObjectName("prune_card")
        self.heading.hide()
        self._workbench, self._target = workbench, target
        self.kept = KeptParameters(workbench)
        self.best, self.best_note = QPushButton(), _small(QLabel())
        self.best.setObjectName("prune_best")
        self.best.setProperty("primary", True)
        self.best_note.setObjectName("best_note")
        self.best_note.setWordWrap(True)
        self.fill = QPushButton(self.tr("Fill rules"))
        self.fill.setObjectName("fill_rules")
        self.prune = QPushButton(self.tr("Fill and prune"))
        self.prune.setObjectName("prune_to_target")
        self.missing, self.missing_text = QWidget(), _small(ElidedLabel(least=8))
        self.missing.setObjectName("images_missing")
        self.open = QPushButton(self.tr("Open…"))
        self.open.setObjectName("open_missing_images")
        self._lay_out()
        self._connect()
        self._allow()

    def _lay_out(self) -> None:
        self.open.setProperty("flat", True)
        self.open.setAccessibleName(self.tr("Open calibration images"))
        self.open.setToolTip(self.tr("Choose a folder of unlabelled images"))
        line = QHBoxLayout(self.missing)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.missing_text, 1)
        line.addWidget(self.open)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.fill, 1)
        buttons.addWidget(self.prune, 1)
        self.column.setSpacing(7)
        self.column.addWidget(self.kept)
        self.column.addSpacing(3)
        self.column.addWidget(self.best)
        self.column.addWidget(self.best_note)
        self.column.addLayout(buttons)
        self.column.addWidget(self.missing)

    def _connect(self) -> None:
        self.best.clicked.connect(self._prune_best)
        self.fill.clicked.connect(self._fill)
        self.prune.clicked.connect(self._prune)
        self.open.clicked.connect(self._open_images)
        self._target.target_changed.connect(self._allow)
        self._workbench.document_changed.connect(self._document_changed)

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened | AnalysisCleared | LayersAnalyzed | CalibrationOpened):
            self._allow()

    def _allow(self) -> None:
        reason, wanted = not_ready(self._workbench, self), self._target.wanted
        label = term(METHODS[wanted.method].label)
        lacking = self._workbench.image_sets.missing_for(wanted.method)
        needs = self.tr("{0} needs calibration images").format(label) if lacking else ""
        best = term(METHODS[self._workbench.targets.best_method].label)
        self.best.setText(self.tr("Prune to {0}").format(f"{100 * wanted.sparsity:g}{THIN}%"))
        tip = self.tr(
            "{0} fewer of the {1}: fill the rules by {2}, prune, recover and evaluate, in one "
            "job.\nWith calibration images other methods are possible, and better."
        )
        of = self.tr("block matrices") if wanted.of == "blocks" else self.tr("parameters")
        share = f"{100 * wanted.sparsity:g}{THIN}%"
        self._set(self.best, reason, tip.format(share, of, best))
        self.best_note.setText(self._about_best(best))
        tip = self.tr("Give each layer a rule by {0}").format(label)
        self._set(self.fill, reason or needs, tip)
        tip = self.tr("Fill the rules by {0}, then make the pruned model").format(label)
        self._set(self.prune, reason or needs, tip)
        self.missing.setVisible(bool(needs) and not reason)
        self.missing_text.set_text(needs)

    def _about_best(self, method: str) -> str:
        """Say what the button will do: by which method, and whether it learns after."""
        if self._workbench.document.calibration is None:
            text = self.tr(
                "{method}: global magnitude. With calibration images: measured shares, then "
                "learning from the dense model."
            )
        else:
            text = self.tr(
                "{method}: shares measured on the calibration images, second-order masks, then "
                "learning from the dense model."
            )
        return text.format(method=method)

    def _set(self, button: QPushButton, reason: str, tooltip: str) -> None:
        button.setEnabled(not reason)
        button.setToolTip(reason or tooltip)
        button.setAccessibleName(button.text())

    def _fill(self) -> None:
        self._workbench.targets.fill(self._target.wanted)

    def _prune(self) -> None:
        self._workbench.targets.fill(self._target.wanted, and_then=self._workbench.prune)

    def _prune_best(self) -> None:
        wanted = self._target.wanted
        self._workbench.targets.reach(wanted.sparsity, wanted.of)

    def _open_images(self) -> None:
        self._workbench.image_sets.choose_calibration()


def _small(label: _Label) -> _Label:
    label.setProperty("muted", True)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() - _SMALLER)
    label.setFont(font)
    return label
