"""The paper's experiments: the last entry of the menu Analyse."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

LAB = (
    ActionSpec(
        "lab",
        "&Analyse",
        "&Lab…",
        "Watch the paper's experiments on networks trained here; needs no open model",
        "Ctrl+Shift+L",
        separated=True,
    ),
)
