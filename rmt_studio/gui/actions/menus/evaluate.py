"""Results, and what is made of them: the menu Evaluate."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&Evaluate"
EVALUATE = (
    ActionSpec(
        "evaluate",
        _MENU,
        _MENU,
        "Measure the pruned model, or the dense one while there is none",
        "F7",
    ),
    ActionSpec(
        "evaluate_dense",
        _MENU,
        "Evaluate the &dense model",
        "Measure the model as it was opened",
        "Shift+F7",
    ),
    ActionSpec(
        "compare_runs",
        _MENU,
        "&Compare two runs…",
        "Hold two results against each other: accuracy, size and every layer",
        "Ctrl+Alt+D",
        separated=True,
    ),
    ActionSpec(
        "open_run_rules",
        _MENU,
        "&Open the rules of a result",
        "Make the recipe of the selected result the open one (Enter in the table)",
        separated=True,
    ),
    ActionSpec(
        "rename_run",
        _MENU,
        "&Rename a result…",
        "Give the selected result another name (F2 in the table)",
    ),
    ActionSpec(
        "remove_runs",
        _MENU,
        "Re&move results…",
        "Remove the selected results, after asking (Del in the table)",
    ),
    ActionSpec(
        "copy_results",
        _MENU,
        "Co&py results",
        "Put the table of the results on the clipboard, at full precision",
    ),
    ActionSpec(
        "export_results",
        _MENU,
        "E&xport results…",
        "Write the table of the results as CSV or JSON",
    ),
)
