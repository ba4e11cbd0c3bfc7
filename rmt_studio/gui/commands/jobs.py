"""Work in the background: the slots of the menu Jobs."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands


class JobsCommands(Commands):
    """Slots of its actions."""

    def on_cancel_job(self) -> None:
        self._window.jobs.cancel_next()

    def on_retry_job(self) -> None:
        self._window.jobs.retry_last()

    def on_job_log(self) -> None:
        self._window.jobs.show_log()

    def on_clear_jobs(self) -> None:
        self._window.jobs.clear()
