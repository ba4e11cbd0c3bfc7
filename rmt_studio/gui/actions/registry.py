"""The actions: text, shortcut, place in the menus. The slot of each is ``on_<id>``."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from rmt_studio.gui.actions.spec import ActionSpec

_KEY = QKeySequence.StandardKey
ACTIONS = (
    ActionSpec(
        "open_model", "&File", "&Open model…", "Open a ViT by name, checkpoint or folder", _KEY.Open
    ),
    ActionSpec(
        "open_demo", "&File", "Open &demo", "Open the embedded model and its digits", "Ctrl+Shift+D"
    ),
    ActionSpec(
        "open_images", "&File", "Open &images…", "Choose the image folder to evaluate on", "Ctrl+I"
    ),
    ActionSpec(
        "open_calibration",
        "&File",
        "Open &calibration images…",
        "Choose a folder of unlabelled images for methods that measure the layers",
        "Ctrl+Shift+I",
    ),
    ActionSpec(
        "open_project",
        "&File",
        "Open pro&ject…",
        "Open a project with its history, spectra and results",
        "Ctrl+Shift+O",
        separated=True,
    ),
    ActionSpec(
        "save_project",
        "&File",
        "&Save project",
        "Keep the document in a project file, up to date from then on",
        _KEY.Save,
    ),
    ActionSpec(
        "save_project_as",
        "&File",
        "Save project &as…",
        "Go on in another project file",
        "Ctrl+Alt+S",
    ),
    ActionSpec(
        "locate_model",
        "&File",
        "&Locate model…",
        "Say where the weights of this project are now",
    ),
    ActionSpec(
        "open_recipe",
        "&File",
        "Open &recipe…",
        "Fill the rules from a recipe file",
        "Ctrl+R",
        separated=True,
    ),
    ActionSpec(
        "save_recipe", "&File", "Save reci&pe…", "Save the rules as a recipe file", "Ctrl+Alt+R"
    ),
    ActionSpec(
        "export",
        "&File",
        "&Export checkpoint…",
        "Write the pruned checkpoint and verify it",
        "Ctrl+Shift+E",
    ),
    ActionSpec(
        "export_report",
        "&File",
        "Export repor&t…",
        "Write the analysis as a page with the plots, as CSV or as JSON",
        "Ctrl+Shift+R",
    ),
    ActionSpec("quit", "&File", "&Quit", "Close the window", _KEY.Quit, separated=True),
    ActionSpec("undo", "&Edit", "&Undo", "Take the last edit of the rules back", _KEY.Undo),
    ActionSpec("redo", "&Edit", "&Redo", "Do the edit again that was taken back", _KEY.Redo),
    ActionSpec(
        "keep_selected",
        "&Edit",
        "&Keep selected layers as they are",
        "Remove the rules of the selected layers",
        "Ctrl+Shift+K",
        separated=True,
    ),
    ActionSpec("keep_all", "&Edit", "Keep &all layers as they are", "Remove every rule"),
    ActionSpec(
        "copy_python",
        "&Edit",
        "Copy as &Python",
        "Copy what was done so far as a script that does it again",
        "Ctrl+Alt+P",
        separated=True,
    ),
    ActionSpec(
        "copy_commands",
        "&Edit",
        "Copy as co&mmands",
        "Copy what was done so far as commands for a terminal",
        "Ctrl+Alt+C",
    ),
    ActionSpec(
        "preferences",
        "&Edit",
        "Pre&ferences…",
        "Theme, device, defaults and the cache",
        "Ctrl+,",
        separated=True,
    ),
    ActionSpec(
        "palette",
        "&View",
        "&Command palette…",
        "Find any action, layer or recent model by a few letters",
        "Ctrl+Shift+P",
    ),
    ActionSpec(
        "theme_system",
        "&View",
        "&Follow the system's theme",
        "Light or dark as the system says",
        separated=True,
        checkable=True,
        group="theme",
    ),
    ActionSpec("theme_light", "&View", "&Light", "Light colours", checkable=True, group="theme"),
    ActionSpec("theme_dark", "&View", "&Dark", "Dark colours", checkable=True, group="theme"),
    ActionSpec(
        "show_layers",
        "&View",
        "La&yers",
        "Show or hide the table of layers",
        "Ctrl+1",
        checkable=True,
        separated=True,
    ),
    ActionSpec(
        "show_inspector", "&View", "&Rules", "Show or hide the rules", "Ctrl+2", checkable=True
    ),
    ActionSpec("show_jobs", "&View", "&Jobs", "Show or hide the jobs", "Ctrl+3", checkable=True),
    ActionSpec(
        "show_results", "&View", "R&esults", "Show or hide the results", "Ctrl+4", checkable=True
    ),
    ActionSpec(
        "layer_table", "&View", "Layers as a ta&ble", "Show the layers as rows", separated=True
    ),
    ActionSpec(
        "heat_map",
        "&View",
        "Layers as a &heat map",
        "Show one figure of all layers as colours, blocks down and their matrices across",
        "Ctrl+Shift+H",
    ),
    ActionSpec(
        "group_none",
        "&View",
        "&No groups",
        "Show the layers without headings",
        checkable=True,
        group="groups",
    ),
    ActionSpec(
        "group_block",
        "&View",
        "Group by bl&ock",
        "Put the layers under their blocks",
        checkable=True,
        group="groups",
    ),
    ActionSpec(
        "group_role",
        "&View",
        "Gro&up by role",
        "Put the layers under their roles",
        checkable=True,
        group="groups",
    ),
    ActionSpec(
        "unlock_panels",
        "&View",
        "Rearran&ge panels",
        "Show title bars to drag the panels by",
        checkable=True,
        separated=True,
    ),
    ActionSpec("reset_layout", "&View", "Rese&t layout", "Put every panel back in its place"),
    ActionSpec(
        "analyze",
        "&Analyse",
        "&Analyse all layers",
        "Compute every spectrum and its Marchenko-Pastur fit",
        "F5",
    ),
    ActionSpec(
        "compare_checkpoint",
        "&Analyse",
        "Compare with &checkpoint…",
        "Show the spectra of other weights of the same architecture beside these",
        "Ctrl+Shift+C",
        separated=True,
    ),
    ActionSpec(
        "compare_pruned",
        "&Analyse",
        "Compare with &pruned model",
        "Show the spectra after pruning beside these; follows the rules each time they are applied",
        checkable=True,
    ),
    ActionSpec(
        "stop_comparing",
        "&Analyse",
        "&Stop comparing",
        "Show the open model's spectra alone",
    ),
    ActionSpec(
        "prune", "&Prune", "&Prune by the rules", "Make the pruned model in the background", "F6"
    ),
    ActionSpec(
        "compare_methods",
        "&Prune",
        "&Compare methods…",
        "Measure several methods at several targets beside the dense model",
        "Ctrl+M",
        separated=True,
    ),
    ActionSpec(
        "find_smallest",
        "&Prune",
        "&Find the smallest model…",
        "Search how much can go while the accuracy stays within some points",
        "Ctrl+Shift+M",
    ),
    ActionSpec(
        "evaluate",
        "&Evaluate",
        "&Evaluate",
        "Measure the pruned model, or the dense one while there is none",
        "F7",
    ),
    ActionSpec(
        "evaluate_dense",
        "&Evaluate",
        "Evaluate the &dense model",
        "Measure the model as it was opened",
        "Shift+F7",
    ),
    ActionSpec(
        "compare_runs",
        "&Evaluate",
        "&Compare two runs…",
        "Hold two results against each other: accuracy, size and every layer",
        "Ctrl+Alt+D",
        separated=True,
    ),
    ActionSpec(
        "export_results",
        "&Evaluate",
        "E&xport results…",
        "Write the table of the results as CSV or JSON",
    ),
    ActionSpec(
        "cancel_job",
        "&Jobs",
        "&Cancel job",
        "Cancel the job that runs, or the next one that waits",
        "Ctrl+.",
    ),
    ActionSpec(
        "retry_job", "&Jobs", "&Retry job", "Start the job anew that failed or was cancelled last"
    ),
    ActionSpec(
        "job_log", "&Jobs", "Show &log", "Show what happened to a job, with times", "Ctrl+Alt+L"
    ),
    ActionSpec(
        "clear_jobs",
        "&Jobs",
        "Clear &ended jobs",
        "Remove the jobs that have ended from the list",
        separated=True,
    ),
    ActionSpec("shortcuts", "&Help", "&Keyboard shortcuts", "Every action and its keys", "F1"),
    ActionSpec("about", "&Help", "&About rmt studio", "Versions and licence"),
)
