"""The methods of a comparison, each to be ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.terms import term
from rmt_studio.pruning import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QResizeEvent

    from rmt_studio.pruning import Method

_INDICATOR = 24  # px, with the gap behind it
_FIRST = ("magnitude", "spectral-edge", "wanda", "sparsegpt", "second-order", "auto")


class _MethodBox(QCheckBox):
    """A check box that shows as much of its label as fits; the tooltip has all of it."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self._label = label
        self.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - _INDICATOR
        self.setText(self.fontMetrics().elidedText(self._label, Qt.TextElideMode.ElideRight, room))


class MethodList(QWidget):
    """A box for each method; those that need calibration images wait until there are some.

    Signals:
        changed (): other methods are ticked.
        images_wanted (): a person wants to open calibration images.
    """

    changed = Signal()
    images_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("method_list")
        self.boxes: dict[str, QCheckBox] = {}
        self._has_images = False
        self.open_button = QPushButton(self.tr("Open…"))
        self.open_button.setObjectName("open_images_for_methods")
        self.open_button.setProperty("flat", True)
        self.open_button.setAccessibleName(self.tr("Open calibration images"))
        self.open_button.setToolTip(self.tr("Choose a folder of unlabelled images"))
        self.open_button.clicked.connect(self.images_wanted)
        self._build()
        self.allow_images(False)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the ticked methods that can run, in the order of the list."""
        return tuple(key for key, box in self.boxes.items() if box.isChecked() and box.isEnabled())

    def tick(self, methods: Iterable[str]) -> None:
        """Tick these methods and no others."""
        wanted = set(methods)
        for key, box in self.boxes.items():
            box.setChecked(key in wanted)

    def allow_images(self, there: bool) -> None:
        """Say whether there are calibration images."""
        self._has_images = there
        self.open_button.setVisible(not there)
        for key, box in self.boxes.items():
            box.setEnabled(there or not METHODS[key].needs_images)
            box.setToolTip(self._about(METHODS[key]))
        self.changed.emit()

    def _build(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(5)
        plain = [key for key, method in METHODS.items() if not method.needs_images]
        needy = [key for key, method in METHODS.items() if method.needs_images]
        column.addWidget(_heading(self.tr("By weights and spectra alone")))
        for key in plain:
            column.addWidget(self._box(key))
        line = QHBoxLayout()
        line.addWidget(_heading(self.tr("With calibration images")), 1)
        line.addWidget(self.open_button)
        column.addSpacing(4)
        column.addLayout(line)
        for key in needy:
            column.addWidget(self._box(key))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setAccessibleName(self.tr("Methods"))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        scroll.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _box(self, key: str) -> QCheckBox:
        box = _MethodBox(term(METHODS[key].label))
        box.setObjectName(f"method_{key}")
        box.setChecked(key in _FIRST)
        box.toggled.connect(self.changed)
        self.boxes[key] = box
        return box

    def _about(self, method: Method) -> str:
        lines = [term(method.label), *([method.source] if method.source else [])]
        if method.needs_images:
            lines.append(
                self.tr("Measures the layers on unlabelled calibration images")
                if self._has_images
                else self.tr("Needs calibration images: open some first")
            )
        return "\n".join(lines)


def _heading(text: str) -> ElidedLabel:
    label = ElidedLabel(text, least=10)
    label.setProperty("muted", True)
    return label
