"""The jobs panel: the queue, how far each job is, how it ended, and its log."""

from rmt_studio.gui.jobs.panel import JobsPanel

__all__ = ["JobsPanel"]
