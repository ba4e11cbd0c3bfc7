"""What am I looking at? A button beside a plot that explains it in a few sentences."""

from __future__ import annotations

from string import Template

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolButton, QVBoxLayout, QWidget

from rmt_studio.assets import resource
from rmt_studio.gui.theme import theme

_WIDTH = 470  # px, some sixty letters a line
_MARGIN = 14


def help_text(topic: str) -> str:
    """Return the explanation of a plot as rich text in the theme's colours.

    Raises:
        FileNotFoundError: there is none.
    """
    colors = theme().colors
    text = resource("help", f"{topic}.html").read_text(encoding="utf-8")
    return Template(text).substitute(text=colors.text, muted=colors.muted, accent=colors.accent)


class HelpButton(QToolButton):
    """Opens the explanation of the plot that it stands beside."""

    def __init__(self, topic: str = "", title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plot_help")
        self.setText("?")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.topic, self._title = topic, title
        self.panel: HelpPanel | None = None
        self.clicked.connect(self.show_help)
        self.set_topic(topic, title)

    def set_topic(self, topic: str, title: str) -> None:
        """Stand beside another plot."""
        self.topic, self._title = topic, title
        self.setToolTip(self.tr("What am I looking at?"))
        self.setAccessibleName(self.tr("What am I looking at? {title}").format(title=title))

    def show_help(self) -> None:
        """Open the explanation under the button, where the screen has room for it."""
        self.panel = HelpPanel(self._title, help_text(self.topic), self.window())
        self.panel.show_under(self)


class HelpPanel(QFrame):
    """A readable page over the window; Escape or a click beside it closes it."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("help_panel")
        self.setAccessibleName(title)
        self.browser = QTextBrowser()
        self.browser.setObjectName("help_text")
        self.browser.setAccessibleName(title)
        self.browser.setFrameShape(QFrame.Shape.NoFrame)
        self.browser.setOpenLinks(False)
        self.browser.setHtml(text)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.addWidget(self.browser)
        colors = theme().colors
        self.setStyleSheet(
            f"QFrame#help_panel {{ background: {colors.panel}; border: 1px solid {colors.line}; }}"
            f"QTextBrowser {{ background: {colors.panel}; color: {colors.text}; }}"
        )
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        document = QTextDocument()
        document.setDefaultFont(self.browser.font())
        document.setHtml(self.browser.toHtml())
        document.setTextWidth(_WIDTH)
        around = 2 * _MARGIN + 4
        return QSize(_WIDTH + around, round(document.size().height()) + around)

    def show_under(self, button: QWidget) -> None:
        """Show it under a button, right ends in line, inside the screen."""
        screen = button.screen() or QGuiApplication.primaryScreen()
        room, size = screen.availableGeometry(), self.sizeHint()
        self.resize(size.boundedTo(room.size()))
        corner = button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + 2))
        x = min(max(corner.x(), room.left()), room.right() - self.width() + 1)
        y = min(max(corner.y(), room.top()), room.bottom() - self.height() + 1)
        self.move(x, y)
        self.show()
        self.browser.setFocus(Qt.FocusReason.PopupFocusReason)
