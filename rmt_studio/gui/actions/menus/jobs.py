"""The work in the background: the menu Jobs."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&Jobs"
JOBS = (
    ActionSpec(
        "cancel_job",
        _MENU,
        "&Cancel job",
        "Cancel the selected job, or else the one that runs or waits next",
        "Ctrl+.",
    ),
    ActionSpec(
        "retry_job",
        _MENU,
        "&Retry job",
        "Start the selected job anew, or else the one that failed or was cancelled last",
    ),
    ActionSpec(
        "job_log", _MENU, "Show &log", "Show what happened to a job, with times", "Ctrl+Alt+L"
    ),
    ActionSpec(
        "clear_jobs",
        _MENU,
        "Clear &ended jobs",
        "Remove the jobs that have ended from the list",
        separated=True,
    ),
)
