"""Colours, palette and style sheet, light and dark.

Chrome follows the system's scheme or the person's choice; data colours are Okabe-Ito's and keep
their meaning in both. Plots do not follow a palette by themselves: they ask `theme()` and redraw
on its ``changed`` signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from rmt_studio.assets import resource


@dataclass(frozen=True)
class Colors:
    """Colours by what they mean, as ``#RRGGBB``.

    Words take `text`, `muted`, `accent`, `threshold_text` and `problem` only: those are legible.
    """

    background: str
    panel: str
    line: str
    text: str
    muted: str
    accent: str
    accent_text: str
    selection: str
    hover: str
    bulk: str
    law: str
    spike: str
    threshold: str
    null: str
    compared: str
    good: str
    fair: str
    poor: str
    threshold_text: str
    problem: str


LIGHT = Colors(
    background="#F6F7F9",
    panel="#FFFFFF",
    line="#E2E5EA",
    text="#1B1F24",
    muted="#5F6672",
    accent="#0072B2",
    accent_text="#FFFFFF",
    selection="#E3EFF7",
    hover="#EEF1F4",
    bulk="#C9D3DF",
    law="#D55E00",
    spike="#CC79A7",
    threshold="#009E73",
    null="#0072B2",
    compared="#E69F00",
    good="#009E73",
    fair="#E69F00",
    poor="#D55E00",
    threshold_text="#00785A",
    problem="#B34700",
)
DARK = Colors(
    background="#16181C",
    panel="#1E2126",
    line="#2E333A",
    text="#E6E8EB",
    muted="#98A1AD",
    accent="#56B4E9",
    accent_text="#10151A",
    selection="#26343F",
    hover="#272C33",
    bulk="#3D4754",
    law="#F0803C",
    spike="#E39BC5",
    threshold="#2EC4A0",
    null="#56B4E9",
    compared="#E9B63F",
    good="#2EC4A0",
    fair="#E9B63F",
    poor="#F0803C",
    threshold_text="#2EC4A0",
    problem="#F0803C",
)


class Theme(QObject):
    """The scheme in use.

    Signals:
        changed (): the colours are others now.
    """

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self.choice = "system"
        self._sheet = ""
        self._dressed: WeakSet[QWidget] = WeakSet()
        application.styleHints().colorSchemeChanged.connect(self._apply)

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        if self.choice != "system":
            return self.choice == "dark"
        return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark

    @property
    def colors(self) -> Colors:
        """The colours in use."""
        return DARK if self.dark else LIGHT

    def choose(self, choice: str) -> None:
        """Use "light", "dark" or what the "system" says."""
        self.choice = choice
        self._apply()

    def dress(self, window: QWidget) -> None:
        """Give a window the style sheet, now and whenever it changes; its children inherit it.

        The sheet of an application would go to every widget there is: pyqtgraph keeps several
        hundred for menus that nobody opens, and a change of theme took half a second for them.
        """
        self._dressed.add(window)
        window.setStyleSheet(self._sheet)

    def _apply(self) -> None:
        self._application.setPalette(_palette(self.colors))
        self._sheet = _style_sheet(self.colors, dark=self.dark)
        self.changed.emit()
        for window in filter(isValid, tuple(self._dressed)):
            window.setStyleSheet(self._sheet)


def theme() -> Theme:
    """Return the theme of the running application; made on first use."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        msg = "there is no QApplication yet"
        raise RuntimeError(msg)
    if not _made or not isValid(_made[0]):
        _made[:] = [Theme(application)]
    return _made[0]


_made: list[Theme] = []  # at most one; asked for with every colour, so it is not searched for


def number_font(size: float | None = None, *, bold: bool = False) -> QFont:
    """Return the application's font with digits of equal width, for numbers that align."""
    font = QFont(QApplication.font())
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setBold(bold)
    if size is not None:
        font.setPointSizeF(size)
    return font


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, value in {
        role.Window: colors.background,
        role.Base: colors.panel,
        role.AlternateBase: colors.background,
        role.Button: colors.panel,
        role.ToolTipBase: colors.panel,
        role.Text: colors.text,
        role.WindowText: colors.text,
        role.ButtonText: colors.text,
        role.ToolTipText: colors.text,
        role.BrightText: colors.text,
        role.PlaceholderText: colors.muted,
        role.Highlight: colors.selection,
        role.HighlightedText: colors.text,
        role.Link: colors.accent,
        role.Accent: colors.accent,
        role.Mid: colors.line,
        role.Dark: colors.line,
        role.Light: colors.panel,
    }.items():
        palette.setColor(target, QColor(value))
    for target in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colors.muted))
    return palette


def _style_sheet(colors: Colors, *, dark: bool) -> str:
    arrow = resource("icons", "chevron-dark.svg" if dark else "chevron-light.svg").as_posix()
    up = resource("icons", "up-dark.svg" if dark else "up-light.svg").as_posix()
    check = resource("icons", "check-dark.svg" if dark else "check-light.svg").as_posix()
    text = resource("style.qss").read_text(encoding="utf-8")
    return Template(text).substitute(vars(colors), arrow=arrow, up=up, check=check)
