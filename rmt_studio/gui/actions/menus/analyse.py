"""Spectra, and what they are compared with: the menu Analyse."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&Analyse"
ANALYSE = (
    ActionSpec(
        "analyze",
        _MENU,
        "&Analyse all layers",
        "Compute every spectrum and its Marchenko-Pastur fit",
        "F5",
    ),
    ActionSpec(
        "compare_checkpoint",
        _MENU,
        "Compare with &checkpoint…",
        "Show the spectra of other weights of the same architecture beside these",
        "Ctrl+Shift+C",
        separated=True,
    ),
    ActionSpec(
        "compare_pruned",
        _MENU,
        "Compare with &pruned model",
        "Show the spectra after pruning beside these; follows the rules each time they are applied",
        checkable=True,
    ),
    ActionSpec(
        "stop_comparing",
        _MENU,
        "&Stop comparing",
        "Show the open model's spectra alone",
    ),
)
