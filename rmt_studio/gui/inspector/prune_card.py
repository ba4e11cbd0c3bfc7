"""What the rules keep of the whole model, and the buttons that follow its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from rmt_studio.gui.inspector.card import Card
from rmt_studio.gui.inspector.kept import KeptParameters
from rmt_studio.gui.inspector.model_card import ModelCard, not_ready
from rmt_studio.studio.document import AnalysisCleared, LayersAnalyzed, ModelOpened

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench


class PruneCard(Card):
    """Stays in sight under the cards that scroll."""

    def __init__(
        self, workbench: Workbench, target: ModelCard, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self.setObjectName("prune_card")
        self.heading.hide()
        self._workbench, self._target = workbench, target
        self.kept = KeptParameters(workbench)
        self.fill = QPushButton(self.tr("Fill rules"))
        self.fill.setObjectName("fill_rules")
        self.prune = QPushButton(self.tr("Prune to target"))
        self.prune.setObjectName("prune_to_target")
        self.prune.setProperty("primary", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.fill)
        buttons.addWidget(self.prune, 1)
        self.column.addWidget(self.kept)
        self.column.addLayout(buttons)
        self.fill.clicked.connect(self._fill)
        self.prune.clicked.connect(self._prune)
        workbench.document_changed.connect(self._document_changed)
        self._allow()

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened | AnalysisCleared | LayersAnalyzed):
            self._allow()

    def _allow(self) -> None:
        reason = not_ready(self._workbench, self)
        tips = self.tr("Give each layer a rule that serves the target")
        self._set(self.fill, reason, tips)
        self._set(self.prune, reason, self.tr("Fill the rules, then make the pruned model"))

    def _set(self, button: QPushButton, reason: str, tooltip: str) -> None:
        button.setEnabled(not reason)
        button.setToolTip(reason or tooltip)
        button.setAccessibleName(button.text())

    def _fill(self) -> None:
        self._workbench.fill_target(*self._target.wanted)

    def _prune(self) -> None:
        self._workbench.prune_to_target(*self._target.wanted)
