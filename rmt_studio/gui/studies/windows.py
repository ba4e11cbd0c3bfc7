"""The windows of the studies, beside the main one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from rmt_studio.gui.studies.comparison_window import ComparisonWindow
from rmt_studio.gui.studies.search_window import SearchWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.studies.study_window import StudyWindow
    from rmt_studio.gui.workbench import Workbench

Window = TypeVar("Window", bound=QWidget)


class StudyWindows(QObject):
    """Shows each at most once; a study goes on while its window is closed."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._workbench = workbench

    def show_comparison(self) -> StudyWindow:
        """Show the comparison of methods."""
        return self.show(ComparisonWindow)

    def show_search(self) -> StudyWindow:
        """Show the search for the smallest model."""
        return self.show(SearchWindow)

    def show(self, kind: type[Window]) -> Window:
        """Show the window of a kind; it is made where it is not there.

        Args:
            kind: a class of windows that are made of a workbench and a parent.
        """
        make = cast("Callable[[Workbench, QWidget], Window]", kind)
        main = cast("QWidget", self.parent())
        found = main.findChild(kind)
        window = found if found is not None else make(self._workbench, main)
        window.show()
        window.raise_()
        window.activateWindow()
        return window
