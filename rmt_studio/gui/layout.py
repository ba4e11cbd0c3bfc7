"""Where the panels stand: their places, what a person made of them, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QSplitter, QWidget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

    from rmt_studio.gui.main_window import MainWindow

_AREA = Qt.DockWidgetArea
AREAS = {
    "layers": _AREA.LeftDockWidgetArea,
    "inspector": _AREA.RightDockWidgetArea,
    "jobs": _AREA.BottomDockWidgetArea,
    "results": _AREA.BottomDockWidgetArea,
}
FIRST_SIZE = (1440, 900)
_RULES = 280  # px
_HIGHEST_SHARE = 320  # px: jobs and results; what is above uses the rest
_WIDEST_SHARE = 900  # px: more makes a table no easier to read, the plots take the rest


class WindowLayout(QObject):
    """Docks, splitters, columns and the frame of the window; kept in the settings.

    While nobody has moved a panel or an edge between two, the panels keep their shares of the
    window whatever its size; afterwards they stay as they are until `reset`.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.docks: dict[str, QDockWidget] = {}
        self._at_first: dict[str, QByteArray] = {}
        self._moved = False
        self._pressed: list[QRect] | None = None

    def add(self, name: str, title: str, widget: QWidget) -> None:
        """Put a panel into a dock of its own."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(widget)
        dock.setTitleBarWidget(QWidget())
        self.docks[name] = dock
        self._window.addDockWidget(AREAS[name], dock)

    def fill(self, name: str, widget: QWidget) -> None:
        """Put the room itself where something stood in for it."""
        before = self.docks[name].widget()
        self.docks[name].setWidget(widget)
        if before is not None:
            before.deleteLater()

    def link(self, actions: Mapping[str, QAction]) -> None:
        """Let the switches ``show_<name>`` follow the docks."""
        for name, dock in self.docks.items():
            switch = actions[f"show_{name}"]
            dock.toggleViewAction().toggled.connect(switch.setChecked)
            switch.setChecked(not dock.isHidden())

    def show(self, name: str, wanted: bool) -> None:
        """Show or hide a panel."""
        self.docks[name].setVisible(wanted)

    def unlock(self, unlocked: bool) -> None:
        """Give the panels title bars to drag them by, or take them away."""
        self._moved = self._moved or unlocked
        for dock in self.docks.values():
            dock.setTitleBarWidget(None if unlocked else QWidget())  # pyright: ignore[reportArgumentType]

    def reset(self) -> None:
        """Put every panel, splitter and column back."""
        self._moved = False
        self.arrange()
        for splitter in self._splitters().values():
            splitter.restoreState(self._at_first.get(splitter.objectName(), QByteArray()))
        if self._window.ready:
            from rmt_studio.gui.layers.columns import DEFAULT_COLUMNS
            from rmt_studio.gui.layers.specs import SPECS

            self._window.layers.table.show_columns(tuple(SPECS[c].key for c in DEFAULT_COLUMNS))

    def arrange(self) -> None:
        """Put every panel in its place."""
        window, docks = self._window, self.docks
        window.setCorner(Qt.Corner.BottomLeftCorner, _AREA.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, _AREA.RightDockWidgetArea)
        for name, area in AREAS.items():
            window.addDockWidget(area, docks[name])
            docks[name].setFloating(False)
            docks[name].show()
        window.splitDockWidget(docks["jobs"], docks["results"], Qt.Orientation.Horizontal)
        self._share_out()

    def hear(self, event: QEvent) -> None:
        """Follow the window's size, and find out whether a person moved an edge between panels.

        Args:
            event: of the window itself, which gets the mouse only between its panels.
        """
        if event.type() == QEvent.Type.Resize and not self._moved:
            self._share_out()
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = self._places
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            self._moved = self._moved or self._places != self._pressed

    @property
    def _places(self) -> list[QRect]:
        return [dock.geometry() for dock in self.docks.values()]

    def _share_out(self) -> None:
        """Give each panel its share of the window; the plots in the centre have the rest."""
        window, docks = self._window, self.docks
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        width, height = max(window.width(), 1024), max(window.height(), 700)
        layers = min(round(0.345 * width), _WIDEST_SHARE)
        rules = max(_RULES, round(0.1 * width))
        window.resizeDocks([docks["layers"], docks["inspector"]], [layers, rules], across)
        jobs = min(round(0.21 * width), _WIDEST_SHARE // 2)
        rest = width - jobs - rules - 4
        window.resizeDocks([docks["jobs"], docks["results"]], [jobs, rest], across)
        low = min(round(0.22 * height), _HIGHEST_SHARE)
        window.resizeDocks([docks["jobs"]], [low], down)

    # --- what outlives the window ----------------------------------------------------------

    def save(self) -> None:
        """Keep what a person made of it."""
        settings, window = QSettings(), self._window
        settings.setValue("geometry", window.saveGeometry())
        settings.setValue("state", window.saveState())
        settings.setValue("panels_moved", self._moved)
        if not window.ready:
            return
        settings.setValue("columns", list(window.layers.table.shown_columns))
        for name, splitter in self._splitters().items():
            settings.setValue(f"splitters/{name}", splitter.saveState())

    def restore(self) -> None:
        """Take up the frame that was kept, as far as it still fits the screen."""
        settings, window = QSettings(), self._window
        window.resize(*FIRST_SIZE)
        geometry = settings.value("geometry")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)
            _keep_on_screen(window)
        self._restore_places()

    def restore_rooms(self) -> None:
        """Take up what was kept of the rooms, once they are there."""
        settings, window = QSettings(), self._window
        self._at_first = {name: s.saveState() for name, s in self._splitters().items()}
        self._restore_places()
        columns = settings.value("columns")
        if isinstance(columns, list):
            window.layers.table.show_columns(tuple(columns))
        for name, splitter in self._splitters().items():
            kept = settings.value(f"splitters/{name}")
            if isinstance(kept, QByteArray):
                splitter.restoreState(kept)

    def _restore_places(self) -> None:
        settings, window = QSettings(), self._window
        state = settings.value("state")
        if not isinstance(state, QByteArray) or not window.restoreState(state):
            self.arrange()
        else:
            self._moved = bool(settings.value("panels_moved", True, type=bool))

    def _splitters(self) -> dict[str, QSplitter]:
        return {s.objectName(): s for s in self._window.findChildren(QSplitter) if s.objectName()}


def _keep_on_screen(window: QWidget) -> None:
    """Make the window no larger than its screen, and move it where its title can be reached."""
    room = window.screen().availableGeometry()
    size = window.size().boundedTo(room.size())
    place = QRect(window.geometry().topLeft(), size)
    place.moveLeft(max(room.left(), min(place.left(), room.right() + 1 - size.width())))
    place.moveTop(max(room.top(), min(place.top(), room.bottom() + 1 - size.height())))
    if place != window.geometry():
        window.setGeometry(place)  # not `move`: it would put the title bar where the window was
