"""What a window of a study says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.durations import clock_text

if TYPE_CHECKING:
    from rmt_studio.studio.job_events import JobProgressed


def time_text(report: JobProgressed | None) -> str:
    """Return what a running study does and how long it will take; None before it said so."""
    if report is None:
        return _tr("starting…")
    left = report.seconds_left
    time = _tr("time left unknown") if left is None else _tr("{0} left").format(clock_text(left))
    return " · ".join(part for part in (report.note, time) if part)


def _tr(text: str) -> str:
    return QCoreApplication.translate("StudyWindow", text)
