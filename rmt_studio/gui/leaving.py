"""Closing the window while jobs run: ask, cancel, wait a moment, and end the process in any case.

A cancelled job ends at its next step. One that is inside a single long call into torch cannot be
reached: neither Python nor torch can interrupt it, and the end of the interpreter would wait for
it, or crash when it comes back. So after `PATIENCE` the process ends without its threads. Whatever
was being written lies beside its place and is removed; nothing that stands in its place is half.
Where all have ended, exit functions run, and the process ends without the interpreter's teardown:
that takes 1.5 s of processor time with torch, and closing may take two seconds.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QCoreApplication, QSettings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.workbench import Workbench

PATIENCE = 1.2
"""Seconds that a window which was closed waits for its jobs to end."""

_NAMED = 4  # jobs in the question


def may_close(workbench: Workbench, window: QWidget) -> bool:
    """Ask whether to cancel the jobs that a person started; True at once where there are none."""
    from rmt_studio.gui.dialogs import AskBox

    titles = [job.title for job in workbench.jobs.asked_for]
    if not titles:
        return True
    return AskBox(
        _tr("Close rmt studio"),
        question(titles),
        do_it=_tr("Cancel and close"),
        leave_it=_tr("Keep working"),
        parent=window,
    ).ask()


def question(titles: list[str]) -> str:
    """Return which jobs have not ended, and what closing does to them."""
    head = _tr("A job has not ended:") if len(titles) == 1 else _tr("These jobs have not ended:")
    lines = [f"•  {title}" for title in titles[:_NAMED]]
    if len(titles) > _NAMED:
        lines.append(_tr("and {0} more").format(len(titles) - _NAMED))
    tail = _tr("Closing cancels them. What they had not finished is not kept.")
    return "\n".join((head, *lines, "", tail))


def leave(code: int, *, jobs_ended: bool) -> NoReturn:
    """End the process: to take torch and the window apart would last longer than closing may.

    Args:
        code: of the application.
        jobs_ended: whether no thread of a job is left. Else what libraries do at an exit is left
            out too: it could wait for that thread.
    """
    if jobs_ended:
        atexit._run_exitfuncs()
    unfinished = sys.modules.get("rmt_studio.models.unfinished")
    if unfinished is not None:  # else no job has written anything yet
        unfinished.discard_all()
    QSettings().sync()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


def _tr(text: str) -> str:
    return QCoreApplication.translate("leaving", text)
