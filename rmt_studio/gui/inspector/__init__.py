"""The inspector: the rule of the selected layers and the target for the whole model."""

from rmt_studio.gui.inspector.inspector import Inspector

__all__ = ["Inspector"]
