"""Every action of the window, once: text, shortcut, place in the menus, what it calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QMainWindow


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes:
        id: its name in the registry, and of the slot behind ``on_``.
        menu: the menu it stands in.
        text: what the menu says; the ampersand marks the access key.
        tip: what the status bar and the tooltip say.
        shortcut: standard key or text; empty for none.
        checkable: whether it is a switch.
        separated: whether a line stands above it.
    """

    id: str
    menu: str
    text: str
    tip: str
    shortcut: QKeySequence.StandardKey | str = ""
    checkable: bool = False
    separated: bool = False


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
        "open_recipe",
        "&File",
        "Open &recipe…",
        "Fill the rules from a recipe file",
        "Ctrl+R",
        separated=True,
    ),
    ActionSpec(
        "save_recipe", "&File", "&Save recipe…", "Save the rules as a recipe file", _KEY.Save
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
        "Export re&port…",
        "Write the analysis as a page with the plots, as CSV or as JSON",
        "Ctrl+Shift+R",
    ),
    ActionSpec("quit", "&File", "&Quit", "Close the window", _KEY.Quit, separated=True),
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
        "theme_system",
        "&View",
        "Follow the s&ystem's theme",
        "Light or dark as the system says",
        checkable=True,
    ),
    ActionSpec("theme_light", "&View", "&Light", "Light colours", checkable=True),
    ActionSpec("theme_dark", "&View", "&Dark", "Dark colours", checkable=True),
    ActionSpec(
        "unlock_panels",
        "&View",
        "&Rearrange panels",
        "Show title bars to drag the panels by",
        checkable=True,
        separated=True,
    ),
    ActionSpec("reset_layout", "&View", "Reset la&yout", "Put every panel back in its place"),
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
    ActionSpec("about", "&Help", "&About rmt studio", "Versions and licence"),
)


def build_actions(window: QMainWindow, commands: QObject) -> dict[str, QAction]:
    """Make every action, put it into its menu and connect it to ``commands.on_<id>``."""
    menus = {}
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = window.menuBar().addMenu(_tr(spec.menu))
        menu = menus[spec.menu]
        if spec.separated and not menu.isEmpty():
            menu.addSeparator()
        made[spec.id] = _build(spec, window)
        made[spec.id].triggered.connect(getattr(commands, f"on_{spec.id}"))
        menu.addAction(made[spec.id])
    return made


def _build(spec: ActionSpec, window: QMainWindow) -> QAction:
    action = QAction(_tr(spec.text), window)
    action.setObjectName(f"action_{spec.id}")
    action.setStatusTip(_tr(spec.tip))
    action.setToolTip(_tr(spec.tip))
    action.setCheckable(spec.checkable)
    if spec.shortcut:
        action.setShortcut(QKeySequence(spec.shortcut))
    return action


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)
