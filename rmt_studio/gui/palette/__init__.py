"""The command palette: anything by a few letters of its name."""

from rmt_studio.gui.palette.palette import CommandPalette

__all__ = ["CommandPalette"]
