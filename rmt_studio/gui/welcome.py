"""What a newcomer sees first: open a model, open the demo, or go on with a recent one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from rmt_studio.assets import resource
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.recent import recent_projects

if TYPE_CHECKING:
    from rmt_studio.gui.waiting import Waiting
    from rmt_studio.gui.workbench import Workbench

_RECENT_SHOWN = 5
_LINE = 480  # px, the widest a line of text gets
_LOGO = 56  # px
_ROW_PADDING = 14  # px, above and below the name of a recent model together
_ROOMY, _RECENT_ROOM = 460, 330  # px of height from which the logo and the recent models show


class WelcomePage(QFrame):
    """The centre of the window while no model is open.

    Its buttons are wired by the window: ``open_button``, ``demo_button`` and ``lab_button``. In a
    low window the logo gives its room away, then the older ones of the recent models.
    """

    def __init__(self, workbench: Workbench | Waiting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setProperty("card", True)
        self.setObjectName("welcome")
        self.open_button = QPushButton(self.tr("Open a model…"))
        self.open_button.setObjectName("welcome_open")
        self.open_button.setProperty("primary", True)
        self.open_button.setToolTip(self.tr("A timm name, a checkpoint or a folder"))
        self.demo_button = QPushButton(self.tr("Open the demo"))
        self.demo_button.setObjectName("welcome_demo")
        self.demo_button.setToolTip(self.tr("A small ViT trained on handwritten digits"))
        self.lab_button = QPushButton(self.tr("The lab…"))
        self.lab_button.setObjectName("welcome_lab")
        self.lab_button.setToolTip(
            self.tr("Watch the paper's experiments on small networks trained here; no model needed")
        )
        self._logo, self._recent = QLabel(), QWidget()
        self._rows = QVBoxLayout(self._recent)
        self._rows.setSpacing(0)
        self._rows.setContentsMargins(0, 8, 0, 0)
        self._build()
        self.refresh()

    def set_workbench(self, workbench: Workbench) -> None:
        """Speak to the workbench, once it is there."""
        self._workbench = workbench
        self.refresh()

    def refresh(self) -> None:
        """Show the projects and the models used last."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        projects = recent_projects()[:_RECENT_SHOWN]
        recent = self._workbench.recent[: _RECENT_SHOWN - len(projects)]
        if recent or projects:
            caption = QLabel(self.tr("Recent"))
            caption.setProperty("muted", True)
            self._rows.addWidget(caption)
        for path in projects:
            self._rows.addWidget(_ProjectButton(self._workbench, path))
        for name, checkpoint in recent:
            self._rows.addWidget(_RecentButton(self._workbench, name, checkpoint))
        self._give_way()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_way()

    def _give_way(self) -> None:
        self._logo.setVisible(self.height() >= _ROOMY)
        buttons = self._recent.findChildren(_RecentButton)
        row = max((b.sizeHint().height() for b in buttons), default=1)
        fitting = max(0, self.height() - _RECENT_ROOM) // row
        for place, button in enumerate(buttons):
            button.setVisible(place < fitting)
        self._recent.setVisible(bool(buttons) and fitting > 0)

    def _build(self) -> None:
        icon = QIcon(str(resource("icons", "rmt-studio.svg")))
        self._logo.setPixmap(icon.pixmap(QSize(_LOGO, _LOGO), self.devicePixelRatioF()))
        title = QLabel(self.tr("See what a Vision Transformer has learned"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        title.setFont(font)
        text = QLabel(
            self.tr(
                "Each weight matrix has a spectrum. Where it follows the Marchenko-Pastur law it "
                "looks like noise; what stands out of the law is structure. Open a model, look at "
                "its layers, cut the noise away and measure what that does."
            )
        )
        hint = QLabel(
            self.tr("or drop a checkpoint, a model folder or a project anywhere on the window")
        )
        for label in (title, text, hint):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for label in (text, hint):
            label.setProperty("muted", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.demo_button)
        buttons.addWidget(self.lab_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(self._logo, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(title)
        column.addLayout(_limited(text))
        column.addSpacing(4)
        column.addLayout(buttons)
        column.addWidget(hint)
        column.addLayout(_limited(self._recent))
        column.addStretch(3)


def _limited(widget: QWidget) -> QHBoxLayout:
    """Centre a widget; an alignment in its layout would make a wrapped text too narrow."""
    widget.setMaximumWidth(_LINE)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row


class _RecentButton(QPushButton):
    """Opens one recent model: its name, and where its weights lie in what room is left."""

    def __init__(self, workbench: Workbench | Waiting, name: str, checkpoint: str) -> None:
        super().__init__()
        self._workbench, self._name, self._checkpoint = workbench, name, checkpoint
        self.setProperty("flat", True)
        self.setObjectName("welcome_recent")
        title = self.tr("the demo") if name == "demo" else Path(name).name
        where = checkpoint or (name if Path(name).is_absolute() else "")
        place = Path(checkpoint).name if checkpoint else str(Path(where).parent) if where else ""
        self.setToolTip(where or title)
        self.setAccessibleName(self.tr("Open {name}").format(name=f"{title} {where}".strip()))
        left, right = ElidedLabel(title, least=14), ElidedLabel(place, least=6)
        right.setProperty("muted", True)
        right.setAlignment(Qt.AlignmentFlag.AlignRight)
        for label in (left, right):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 8, 5)
        row.addWidget(left, 3)
        row.addWidget(right, 2)
        self.clicked.connect(self._open)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self.fontMetrics().height() + _ROW_PADDING)

    def _open(self) -> None:
        self._workbench.open_model(self._name, self._checkpoint or None)


class _ProjectButton(_RecentButton):
    """Opens one recent project."""

    def __init__(self, workbench: Workbench | Waiting, path: str) -> None:
        super().__init__(workbench, Path(path).name, str(Path(path).parent))
        self._path = path
        self.setToolTip(path)

    def _open(self) -> None:
        self._workbench.open_project(self._path)
