"""The bar at the top: what is open, the four verbs, and the device they run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from rmt_studio.gui.device_choice import DevicePicker
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.studio.document import CalibrationOpened, ImagesOpened, ModelOpened

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel

_VERBS = (("open_model", "Open…"), ("analyze", "Analyse"), ("prune", "Prune"),
          ("evaluate", "Evaluate"), ("export", "Export…"))  # fmt: skip


class Header(QWidget):
    """Title, model and action buttons in one row."""

    def __init__(
        self, workbench: Workbench, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._name, self._facts = QLabel(), ElidedLabel()
        self._name.setProperty("heading", True)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setProperty("muted", True)
        self.devices = DevicePicker(workbench)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 8)
        row.setSpacing(8)
        row.addWidget(_brand())
        row.addSpacing(10)
        row.addWidget(self._name)
        row.addWidget(self._facts, 1)
        for name, text in _VERBS:
            row.addWidget(_ActionButton(actions[name], self.tr(text), primary=name == "prune"))
        row.addWidget(self.devices)
        workbench.document_changed.connect(self._changed)
        self._show()

    def _changed(self, event: object) -> None:
        if isinstance(event, ModelOpened | ImagesOpened | CalibrationOpened):
            self._show()

    def _show(self) -> None:
        document = self._workbench.document
        model, images = document.model, document.images
        self._name.setText(model.title if model else self.tr("no model"))
        facts = [describe(model)] if model else []
        if images is not None:
            text = self.tr("{number} images ({name})")
            facts.append(text.format(number=count_text(len(images)), name=images.name))
        if document.calibration is not None:
            number = count_text(len(document.calibration))
            facts.append(self.tr("{number} for calibration").format(number=number))
        self._facts.set_text(" · ".join(facts))


def describe(model: LoadedModel) -> str:
    """Return "5.72 M parameters · 12 blocks · 74 matrices"."""
    blocks = len({layer.block for layer in model.layers if layer.block is not None})
    parts = [_tr("{millions:.2f} M parameters").format(millions=model.parameter_count / 1e6)]
    if blocks:
        parts.append(_tr("{number} blocks").format(number=blocks))
    return " · ".join([*parts, _tr("{number} matrices").format(number=len(model.layers))])


def _tr(text: str) -> str:
    return QCoreApplication.translate("Header", text)


def _brand() -> QLabel:
    label = QLabel("rmt studio")
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.2)
    label.setFont(font)
    return label


class _ActionButton(QPushButton):
    """A button that follows a QAction: text of its own, enabled state and tip of the action."""

    def __init__(self, action: QAction, text: str, *, primary: bool) -> None:
        super().__init__(text)
        self._action = action
        self.setProperty("primary", primary)
        self.setObjectName(action.objectName().replace("action_", "button_"))
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        shortcut = self._action.shortcut().toString()
        tip = self._action.toolTip()
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(f"{tip} ({shortcut})" if shortcut else tip)
