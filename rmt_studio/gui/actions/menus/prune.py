"""Pruned models, and the search for them: the menu Prune."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&Prune"
PRUNE = (
    ActionSpec(
        "prune", _MENU, "&Prune by the rules", "Make the pruned model in the background", "F6"
    ),
    ActionSpec(
        "compare_methods",
        _MENU,
        "&Compare methods…",
        "Measure several methods at several targets beside the dense model",
        "Ctrl+M",
        separated=True,
    ),
    ActionSpec(
        "find_smallest",
        _MENU,
        "&Find the smallest model…",
        "Search how much can go while the accuracy stays within some points",
        "Ctrl+Shift+M",
    ),
    ActionSpec(
        "fine_tune",
        _MENU,
        "Fine-&tune…",
        "Train the pruned model, so that it wins back what pruning cost",
        "Ctrl+T",
        separated=True,
    ),
    ActionSpec(
        "cycles",
        _MENU,
        "Prune and &restore in cycles…",
        "Remove a little, train, remove a little more, up to a share",
        "Ctrl+Shift+T",
    ),
)
