"""What is opened, kept and written: the menu File."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&File"
FILE = (
    ActionSpec(
        "open_model",
        _MENU,
        "&Open model…",
        "Open a ViT by name, checkpoint or folder",
        QKeySequence.StandardKey.Open,
    ),
    ActionSpec(
        "open_demo", _MENU, "Open &demo", "Open the embedded model and its digits", "Ctrl+Shift+D"
    ),
    ActionSpec(
        "open_series",
        _MENU,
        "Ope&n series…",
        "Scrub through the checkpoints of one model over its training",
        "Ctrl+Alt+O",
    ),
    ActionSpec(
        "open_images", _MENU, "Open &images…", "Choose the image folder to evaluate on", "Ctrl+I"
    ),
    ActionSpec(
        "open_calibration",
        _MENU,
        "Open &calibration images…",
        "Choose a folder of unlabelled images for methods that measure the layers",
        "Ctrl+Shift+I",
    ),
    ActionSpec(
        "open_project",
        _MENU,
        "Open pro&ject…",
        "Open a project with its history, spectra and results",
        "Ctrl+Shift+O",
        separated=True,
    ),
    ActionSpec(
        "save_project",
        _MENU,
        "&Save project",
        "Keep the document in a project file, up to date from then on",
        QKeySequence.StandardKey.Save,
    ),
    ActionSpec(
        "save_project_as",
        _MENU,
        "Save project &as…",
        "Go on in another project file",
        "Ctrl+Alt+S",
    ),
    ActionSpec(
        "locate_model",
        _MENU,
        "&Locate model…",
        "Say where the weights of this project are now",
    ),
    ActionSpec(
        "open_recipe",
        _MENU,
        "Open &recipe…",
        "Fill the rules from a recipe file",
        "Ctrl+R",
        separated=True,
    ),
    ActionSpec(
        "save_recipe", _MENU, "Save reci&pe…", "Save the rules as a recipe file", "Ctrl+Alt+R"
    ),
    ActionSpec(
        "export",
        _MENU,
        "&Export checkpoint…",
        "Write the pruned checkpoint and verify it",
        "Ctrl+Shift+E",
    ),
    ActionSpec(
        "export_report",
        _MENU,
        "Export repor&t…",
        "Write the analysis as a page with the plots, as CSV or as JSON",
        "Ctrl+Shift+R",
    ),
    ActionSpec(
        "quit", _MENU, "&Quit", "Close the window", QKeySequence.StandardKey.Quit, separated=True
    ),
)
