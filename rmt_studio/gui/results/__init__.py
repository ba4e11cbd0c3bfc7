"""The evaluations: a table of them, and accuracy against the parameters that are kept."""

from __future__ import annotations

from rmt_studio.gui.results.panel import ResultsPanel

__all__ = ["ResultsPanel"]
