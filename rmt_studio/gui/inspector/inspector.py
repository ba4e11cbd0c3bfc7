"""The right dock: the rule of the selected layers, and the target for the whole model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from rmt_studio.gui.inspector.model_card import ModelCard
from rmt_studio.gui.inspector.prune_card import PruneCard
from rmt_studio.gui.inspector.rule_card import RuleCard
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench

_WIDTH = 284
_LEAST_WIDTH = 276
_GAP = 8


class Inspector(QWidget):
    """Rule and target scroll together where the window is low; what they come to stays in sight."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setMinimumWidth(_LEAST_WIDTH)
        self.rule_card, self.model_card = RuleCard(workbench), ModelCard(workbench)
        self.prune_card = PruneCard(workbench, self.model_card)
        self.page = QWidget()
        self.page.setObjectName("inspector_page")
        cards = QVBoxLayout(self.page)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(_GAP)
        cards.addWidget(self.rule_card)
        cards.addWidget(self.model_card, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName(self.tr("Rules"))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addWidget(scroll, 1)
        column.addWidget(self.prune_card)
        theme().changed.connect(self._apply_colors)
        self._apply_colors()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 620)

    def _apply_colors(self) -> None:
        colors = theme().colors
        self.page.setStyleSheet(
            f"#inspector_page {{ background: {colors.background}; }}"
            "QComboBox { padding-right: 0; }"  # the drop-down keeps its own room
            f'QDoubleSpinBox[derived="true"] {{ color: {colors.muted}; }}'
            f'QFrame[separator="true"] {{ background: {colors.line}; border: none; }}'
        )
