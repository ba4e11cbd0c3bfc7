"""The layer table: one row per weight matrix, filled as spectra, rules and effects arrive."""

from __future__ import annotations

from rmt_studio.gui.layers.panel import LayerPanel

__all__ = ["LayerPanel"]
