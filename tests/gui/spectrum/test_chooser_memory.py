"""What a chooser held before is gone when it offers something else."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from rmt_studio.gui.spectrum.chooser import Chooser, Option


def test_that_menus_that_are_offered_no_more_are_deleted(qtbot):
    chooser = Chooser("some", "Some", "tip")
    qtbot.addWidget(chooser)

    def held():
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(chooser.findChildren(QMenu)), len(chooser.findChildren(QAction))

    def offer(count):
        options = tuple(Option(k, f"head {k}", group=f"group {k % 2}") for k in range(count))
        chooser.offer(options, (0,))
        return held()

    first, _other = offer(4), offer(6)
    assert offer(4) == first
    assert chooser.action(3).text() == "head 3"
