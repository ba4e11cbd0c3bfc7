"""What the palette offers: actions, layers, recent models and projects, columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.actions import ACTIONS
from rmt_studio.gui.layers.columns import COMPARISON, Column
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.palette.matching import score
from rmt_studio.gui.terms import term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PySide6.QtGui import QAction

    from rmt_studio.gui.main_window import MainWindow

SHOWN_AT_MOST = 60


@dataclass(frozen=True)
class Entry:
    """One line of the palette.

    Attributes:
        key: tells it from all others, also when the program is started again.
        title: what is searched.
        place: the menu it stands in, or what kind of thing it is.
        shortcut: its keys, as text.
        tip: what it does.
        reason: why it is not possible now; empty where it is.
        run: does it.
    """

    key: str
    title: str
    place: str
    shortcut: str
    tip: str
    reason: str
    run: Callable[[], object]


def entries_of(window: MainWindow) -> list[Entry]:
    """Return all there is to choose from now, actions first."""
    return [*_actions(window), *_recent(window), *_layers(window), *_columns(window)]


def matches(entries: Sequence[Entry], query: str, used: Sequence[str]) -> list[Entry]:
    """Return the entries that fit a query, the best first.

    Args:
        entries: to choose from.
        query: what was typed; without one all fit.
        used: keys of those chosen before, the last first. Of equally good ones they go first.
    """
    age = {key: place for place, key in enumerate(used)}
    ranked = []
    for place, entry in enumerate(entries):
        fit = score(query, entry.title) if query.strip() else 0.0
        if fit is not None:
            recent = age.get(entry.key, len(age))
            order = (recent, place) if not query.strip() else (-round(fit), recent, place)
            ranked.append((order, entry))
    ranked.sort(key=_order)
    return [entry for _, entry in ranked[:SHOWN_AT_MOST]]


def _order(ranked: tuple[tuple[float, ...], Entry]) -> tuple[float, ...]:
    return ranked[0]


def _actions(window: MainWindow) -> Iterator[Entry]:
    for spec in ACTIONS:
        action = window.actions_by_id[spec.id]
        if spec.id != "palette":
            yield _of_action(spec.id, action, _plain(_translated(spec.menu)))


def _of_action(name: str, action: QAction, menu: str) -> Entry:
    title = _plain(action.text())
    if action.isCheckable():
        state = _tr("on") if action.isChecked() else _tr("off")
        title = _tr("{title} ({state})").format(title=title, state=state)
    reason = "" if action.isEnabled() else action.toolTip()
    keys = action.shortcut().toString()
    return Entry(name, title, menu, keys, action.toolTip(), reason, action.trigger)


def _recent(window: MainWindow) -> Iterator[Entry]:
    place, bench = _tr("Recent"), window.workbench
    for name, checkpoint in bench.recent:
        file = f" · {Path(checkpoint).name}" if checkpoint else ""
        title = _tr("Open recent {name}").format(name=f"{name}{file}")
        run = partial(window.project.open_model, name, checkpoint)
        yield Entry(f"model:{name}:{checkpoint}", title, place, "", checkpoint or name, "", run)
    projects = window.project
    for path in projects.recent:
        title = _tr("Open project {name}").format(name=Path(path).name)
        run = partial(projects.open_path, Path(path))
        yield Entry(f"project:{path}", title, place, "", str(path), "", run)


def _layers(window: MainWindow) -> Iterator[Entry]:
    bench = window.workbench
    model, place = bench.document.model, _tr("Layer")
    for layer in model.layers if model is not None else ():
        rows, columns = layer.shape
        title = _tr("Go to {layer}").format(layer=layer.name)
        tip = _tr("{rows} × {columns} · {role}").format(
            rows=rows, columns=columns, role=term(layer.role.label)
        )
        run = partial(bench.select, (layer.name,), layer.name)
        yield Entry(f"layer:{layer.name}", title, place, "", tip, "", run)


def _columns(window: MainWindow) -> Iterator[Entry]:
    table, place = window.layers.table, _tr("Column")
    shown = set(table.shown_columns)
    for column, spec in SPECS.items():
        if column is Column.LAYER or column in COMPARISON:
            continue
        text = _tr("Hide column {name}") if spec.key in shown else _tr("Show column {name}")
        name = QCoreApplication.translate("ColumnMenu", spec.name or spec.title)
        tip = QCoreApplication.translate("ColumnMenu", spec.tip)
        run = partial(_toggle_column, window, spec.key)
        yield Entry(f"column:{spec.key}", text.format(name=name), place, "", tip, "", run)


def _toggle_column(window: MainWindow, key: str) -> None:
    shown = list(window.layers.table.shown_columns)
    if key in shown:
        shown.remove(key)
    else:
        shown.append(key)
    window.layers.table.show_columns(tuple(shown))


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def _translated(text: str) -> str:
    return QCoreApplication.translate("actions", text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("palette", text)
