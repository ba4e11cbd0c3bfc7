"""Colours that can be read, and a change of theme that reaches every window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor

from rmt_studio.gui.dialogs import AboutDialog
from rmt_studio.gui.theme import DARK, LIGHT, Theme, theme

AA = 4.5  # WCAG 2.2, success criterion 1.4.3, text of usual size
AA_PARTS = 3.0  # 1.4.11, what shows the focus


def luminance(color):
    parts = [part / 255 for part in QColor(color).getRgb()[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_that_words_stand_out_from_every_ground(colors):
    for ground in (colors.background, colors.panel, colors.hover, colors.selection):
        for word in (colors.text, colors.muted, colors.problem, colors.threshold_text):
            assert contrast(word, ground) >= AA, (word, ground)
    assert contrast(colors.accent, colors.panel) >= AA
    assert contrast(colors.accent_text, colors.accent) >= AA
    assert contrast(colors.accent, colors.background) >= AA_PARTS


def test_that_a_change_of_theme_reaches_windows_and_dialogs(window):
    dialog, alone = AboutDialog(window), AboutDialog()
    dialog.show()
    alone.show()
    for choice, colors in (("dark", DARK), ("light", LIGHT)):
        window.actions_by_id[f"theme_{choice}"].trigger()
        for shown in (window, dialog, alone):
            ground = shown.grab().toImage().pixelColor(2, 2)
            assert ground.name().upper() == colors.background, shown
    dialog.close()
    alone.close()
    theme().choose("system")


class System(QObject):
    """An application and its style hints in one, for which the system can be changed."""

    colorSchemeChanged = Signal(object)

    def __init__(self):
        super().__init__()
        self.scheme, self.palettes = Qt.ColorScheme.Light, []

    def styleHints(self):
        return self

    def colorScheme(self):
        return self.scheme

    def setPalette(self, palette):
        self.palettes.append(palette)


def test_that_the_theme_follows_the_system_while_it_is_told_to(qapp):
    system = System()
    followed = Theme(system)
    assert followed.colors == LIGHT
    system.scheme = Qt.ColorScheme.Dark
    system.colorSchemeChanged.emit(system.scheme)
    assert followed.colors == DARK
    assert system.palettes[-1].window().color() == QColor(DARK.background)
    followed.choose("light")
    system.colorSchemeChanged.emit(system.scheme)
    assert followed.colors == LIGHT
    followed.choose("system")
    assert followed.colors == DARK
