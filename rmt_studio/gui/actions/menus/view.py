"""What is shown, and how: the menu View."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&View"
VIEW = (
    ActionSpec(
        "palette",
        _MENU,
        "&Command palette…",
        "Find any action, layer or recent model by a few letters",
        "Ctrl+Shift+P",
    ),
    ActionSpec(
        "theme_system",
        _MENU,
        "&Follow the system's theme",
        "Light or dark as the system says",
        separated=True,
        checkable=True,
        group="theme",
    ),
    ActionSpec("theme_light", _MENU, "&Light", "Light colours", checkable=True, group="theme"),
    ActionSpec("theme_dark", _MENU, "&Dark", "Dark colours", checkable=True, group="theme"),
    ActionSpec(
        "show_layers",
        _MENU,
        "La&yers",
        "Show or hide the table of layers",
        "Ctrl+1",
        checkable=True,
        separated=True,
    ),
    ActionSpec(
        "show_inspector", _MENU, "&Rules", "Show or hide the rules", "Ctrl+2", checkable=True
    ),
    ActionSpec("show_jobs", _MENU, "&Jobs", "Show or hide the jobs", "Ctrl+3", checkable=True),
    ActionSpec(
        "show_results", _MENU, "R&esults", "Show or hide the results", "Ctrl+4", checkable=True
    ),
    ActionSpec(
        "layer_table", _MENU, "Layers as a ta&ble", "Show the layers as rows", separated=True
    ),
    ActionSpec(
        "heat_map",
        _MENU,
        "Layers as a &heat map",
        "Show one figure of all layers as colours, blocks down and their matrices across",
        "Ctrl+Shift+H",
    ),
    ActionSpec(
        "group_none",
        _MENU,
        "&No groups",
        "Show the layers without headings",
        checkable=True,
        group="groups",
    ),
    ActionSpec(
        "group_block",
        _MENU,
        "Group by bl&ock",
        "Put the layers under their blocks",
        checkable=True,
        group="groups",
    ),
    ActionSpec(
        "group_role",
        _MENU,
        "Gro&up by role",
        "Put the layers under their roles",
        checkable=True,
        group="groups",
    ),
    ActionSpec("fold_groups", _MENU, "Fold all groups a&way", "Show the headings alone"),
    ActionSpec("unfold_groups", _MENU, "Show all groups", "Show the layers under each heading"),
    ActionSpec(
        "unlock_panels",
        _MENU,
        "Rearran&ge panels",
        "Show title bars to drag the panels by",
        checkable=True,
        separated=True,
    ),
    ActionSpec("reset_layout", _MENU, "Rese&t layout", "Put every panel back in its place"),
)
