"""The plot that has the focus or was used last, out of the window: the menu Plot."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "P&lot"
PLOT = (
    ActionSpec(
        "copy_plot",
        _MENU,
        "&Copy plot",
        "Put the plot that was used last on the clipboard, as a picture",
        "Ctrl+Shift+G",
        everywhere=True,
    ),
    ActionSpec(
        "copy_numbers",
        _MENU,
        "Copy plot &numbers",
        "Put what the plot draws on the clipboard, for a spreadsheet",
        "Ctrl+Shift+N",
        everywhere=True,
    ),
    ActionSpec(
        "save_plot",
        _MENU,
        "&Save plot…",
        "Write the plot that was used last as PNG, SVG or PDF",
        "Ctrl+Shift+S",
        separated=True,
        everywhere=True,
    ),
    ActionSpec(
        "save_numbers",
        _MENU,
        "Save plot numbers as CS&V…",
        "Write what the plot draws as a table, a row for each point, bar and line",
        "Ctrl+Alt+N",
        everywhere=True,
    ),
)
