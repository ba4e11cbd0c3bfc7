"""A monkey at the window: random actions, clicks, keys, drags, all from one seed."""

from __future__ import annotations

import random
from collections import deque

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QTabBar,
    QTableView,
    QWidget,
)

from rmt_studio.gui.actions import ACTIONS
from rmt_studio.gui.theme import theme
from rmt_studio.pruning import KEEP, EntryThreshold, LayerRule, SingularValueCut
from tests.end_to_end.answers import close_all_but

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
# work of seconds each: often enough to run beside the rest, seldom enough for a minute in all
SELDOM = {"open_demo", "evaluate", "evaluate_dense", "prune", "export", "export_report", "analyze",
          "compare_methods", "find_smallest"}  # fmt: skip
NEVER = {"quit"}
KEYS = [
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Tab),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Escape),
    *(Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_1, Qt.Key.Key_5),
    *(Qt.Key.Key_A, Qt.Key.Key_Q, Qt.Key.Key_Period, Qt.Key.Key_Plus, Qt.Key.Key_Minus),
]
MODIFIERS = [Qt.KeyboardModifier.NoModifier] * 4 + [
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
]
TOUCHED = (QAbstractButton, QComboBox, QTabBar, QTableView, QAbstractSlider, QAbstractSpinBox,
           QLineEdit, pg.GraphicsView)  # fmt: skip


class StaysOpen(QObject):
    """Keeps the window from being closed while the monkey is at it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class ClosesMenus(QObject):
    """Ends the loop of its own in which a button waits for a choice from its menu."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: QWidget | None = None
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        popup = QApplication.activePopupWidget()
        if popup is not None and popup is self._seen:
            popup.close()
        self._seen = popup


class Monkey:
    """Does one random thing after another; what it did last is in ``did``."""

    def __init__(self, window, answers, seed: int) -> None:
        self.window, self.bench, self.answers = window, window.workbench, answers
        self.die = random.Random(seed)
        self.did: deque[str] = deque(maxlen=25)
        self.counts: dict[str, int] = {}
        self._guard = StaysOpen()
        window.installEventFilter(self._guard)
        self._menus = ClosesMenus()
        self._kinds = {
            self.action: 5, self.click: 8, self.key: 6, self.drag: 4, self.wheel: 1,
            self.resize: 1, self.change_theme: 0.4, self.select: 3, self.edit: 3,
            self.undo: 1.5, self.redo: 1, self.tab: 2, self.cancel: 0.5,
        }  # fmt: skip

    def step(self) -> None:
        """Do one thing and let the window answer; every third dialog is tried before it closes."""
        kind = self.die.choices(list(self._kinds), list(self._kinds.values()))[0]
        self.answers.agree = self._flip
        kind()
        self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
        QApplication.processEvents()
        for _ in range(self.die.randrange(4)):
            if not self._others():
                break
            self._click_in(self.die.choice(self._others()))
            QApplication.processEvents()
        close_all_but(self.window)

    def leave(self) -> None:
        """Go away: the window can be closed again."""
        self.window.removeEventFilter(self._guard)
        self._menus.stop()
        close_all_but(self.window)

    # --- what it does ----------------------------------------------------------------------

    def action(self) -> None:
        names = [spec.id for spec in ACTIONS if spec.id not in NEVER]
        weights = [0.08 if name in SELDOM else 1 for name in names]
        name = self.die.choices(names, weights)[0]
        self._say(f"action {name}")
        self.window.actions_by_id[name].trigger()

    def click(self) -> None:
        self._click_in(self.window)

    def key(self) -> None:
        target = QApplication.focusWidget() or self.window
        key, modifier = self.die.choice(KEYS), self.die.choice(MODIFIERS)
        if modifier == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_Q:
            return
        self._say(f"key {key.name} {modifier.name} to {_name(target)}")
        QTest.keyClick(target, key, modifier)

    def drag(self) -> None:
        found = [w for w in self._touchable(self.window) if isinstance(w, pg.GraphicsView)]
        found += [w for w in self._touchable(self.window) if isinstance(w, QAbstractSlider)]
        if not found:
            return
        target = self.die.choice(found)
        surface = target.viewport() if isinstance(target, pg.GraphicsView) else target
        start, end = self._place(surface), self._place(surface)
        lines = getattr(target, "_lines", None)
        if lines and self._flip():  # take the threshold, not just any place
            line = lines[0]
            box = line.getViewBox()
            level = sum(box.viewRange()[1]) / 2
            along = pg.Point(line.value(), level) if line.angle == 90 else pg.Point(
                sum(box.viewRange()[0]) / 2, line.value())  # fmt: skip
            start = target.mapFromScene(box.mapViewToScene(along))
        self._say(f"drag {_name(target)} from {start.toTuple()} to {end.toTuple()}")
        QTest.mouseMove(surface, start)
        QTest.mousePress(surface, LEFT, pos=start)
        QTest.mouseMove(surface, (start + end) / 2)
        QApplication.processEvents()
        QTest.mouseMove(surface, end)
        if self.die.random() < 0.1:
            QTest.keyClick(target, Qt.Key.Key_Escape)
        QTest.mouseRelease(surface, LEFT, pos=end)

    def wheel(self) -> None:
        found = [w for w in self._touchable(self.window) if isinstance(w, pg.GraphicsView)]
        if found:
            target = self.die.choice(found)
            self._say(f"wheel {_name(target)}")
            QTest.wheelEvent(
                target.windowHandle() or self.window.windowHandle(),
                target.mapTo(self.window, self._place(target)).toPointF(),
                QPoint(0, self.die.choice((-240, 240))),
            )

    def resize(self) -> None:
        width, height = self.die.randrange(1024, 1921), self.die.randrange(700, 1201)
        self._say(f"resize {width} x {height}")
        self.window.resize(width, height)

    def change_theme(self) -> None:
        choice = self.die.choice(("light", "dark", "system"))
        self._say(f"theme {choice}")
        theme().choose(choice)

    def select(self) -> None:
        names = self._names()
        if names:
            chosen = tuple(self.die.sample(names, self.die.randint(1, min(6, len(names)))))
            self._say(f"select {chosen}")
            self.bench.select(chosen, chosen[0])

    def edit(self) -> None:
        names = self._names()
        if names:
            rule = self.die.choice((
                KEEP,
                LayerRule(steps=(SingularValueCut(edge_multiple=self.die.uniform(0.3, 3)),)),
                LayerRule(steps=(EntryThreshold(share=self.die.random() * 0.9),)),
            ))  # fmt: skip
            chosen = self.die.sample(names, self.die.randint(1, len(names)))
            self._say(f"rule {rule.steps} for {len(chosen)} layers")
            self.bench.edit_rules(dict.fromkeys(chosen, rule), "a rule of the monkey")

    def undo(self) -> None:
        self._say("undo")
        self.window.actions_by_id["undo"].trigger()

    def redo(self) -> None:
        self._say("redo")
        self.window.actions_by_id["redo"].trigger()

    def tab(self) -> None:
        tabs = [w for w in self._touchable(self.window) if isinstance(w, QTabBar) and w.count()]
        if tabs:
            target = self.die.choice(tabs)
            index = self.die.randrange(target.count())
            self._say(f"tab {index} of {_name(target)}")
            target.setCurrentIndex(index)

    def cancel(self) -> None:
        if self.bench.running_jobs:
            job = self.die.choice(list(self.bench.running_jobs))
            self._say(f"cancel {job.title}")
            self.bench.cancel_job(job.id)

    # --- how -------------------------------------------------------------------------------

    def _click_in(self, window: QWidget) -> None:
        found = self._touchable(window)
        if not found:
            return
        target = self.die.choice(found)
        if isinstance(window, QMenu):
            target = window
        scrolled = isinstance(target, QTableView | pg.GraphicsView)
        surface = target.viewport() if scrolled else target
        button = RIGHT if self.die.random() < 0.1 else LEFT
        place = self._place(surface)
        click = QTest.mouseDClick if self.die.random() < 0.1 else QTest.mouseClick
        self._say(f"{click.__name__} {button.name} on {_name(target)} at {place.toTuple()}")
        click(surface, button, Qt.KeyboardModifier.NoModifier, place)

    def _touchable(self, window: QWidget) -> list[QWidget]:
        if isinstance(window, QMenu):
            return [window]
        found = window.findChildren(QWidget)
        return [w for w in found if isinstance(w, TOUCHED) and w.isVisible() and w.isEnabled()]

    def _others(self) -> list[QWidget]:
        found = QApplication.topLevelWidgets()
        return [w for w in found if w is not self.window and w.isVisible() and w.isEnabled()]

    def _names(self) -> list[str]:
        model = self.bench.document.model
        return [] if model is None else [layer.name for layer in model.layers]

    def _place(self, surface: QWidget) -> QPoint:
        width, height = max(1, surface.width()), max(1, surface.height())
        return QPoint(self.die.randrange(width), self.die.randrange(height))

    def _flip(self) -> bool:
        return self.die.random() < 0.5

    def _say(self, what: str) -> None:
        self.did.append(what)


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r}"
