"""Which plots an experiment has: one for each measured quantity, with its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.studies.lab import Column, Experiment, Panel


@dataclass(frozen=True)
class View:
    """One plot.

    Attributes:
        experiment: its key.
        panel: whose rows it draws.
        column: the measured quantity.
        bounds: drawn beside it.
        log: whether the axis at the left is logarithmic.
        title: for the chooser of plots.
    """

    experiment: str
    panel: Panel
    column: Column
    bounds: tuple[Column, ...]
    log: bool
    title: str


def views_of(experiment: Experiment) -> tuple[View, ...]:
    """Return the plots of an experiment, the most telling first."""
    return tuple(view for panel in experiment.panels for view in _views(experiment, panel))


def _views(experiment: Experiment, panel: Panel) -> Iterator[View]:
    """Bounds that need a logarithmic axis get a plot of their own: they would flatten the other."""
    for column in panel.columns:
        if column.theory_of:
            continue
        title = term(column.title)
        if panel is not experiment.panels[0]:
            title = f"{title} · {term(panel.title)}"
        bounds = tuple(one for one in panel.columns if one.theory_of == column.key)
        near = tuple(one for one in bounds if one.log == column.log)
        yield View(experiment.key, panel, column, near, column.log, title)
        if near != bounds:
            yield View(
                experiment.key, panel, column, bounds, True, _tr("{0}, every bound").format(title)
            )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lab", text)
