"""Preferences apply at once, are kept, and go back."""

from __future__ import annotations

from PySide6.QtCore import QSettings

from rmt_studio.analysis import SpectrumCache
from rmt_studio.gui.dialogs.preferences import PreferencesDialog
from rmt_studio.gui.preferences import Preferences, read_preferences
from rmt_studio.gui.spectrum.scales import Quantity
from rmt_studio.gui.theme import theme


def pick(box, data):
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_that_preferences_apply_at_once_are_kept_and_go_back(demo, qtbot):
    dialog = PreferencesDialog(demo)
    dialog.show()
    pick(dialog.theme, "dark")
    assert theme().dark
    pick(dialog.quantity, Quantity.SINGULAR_VALUE.value)
    assert demo.spectrum.header.quantity.key == Quantity.SINGULAR_VALUE
    pick(dialog.axis, "log")
    assert demo.spectrum.header.axis.key == "log"
    dialog.batch.setValue(7)
    pick(dialog.bulk_fit, "bema")
    assert demo.workbench.document.recipe.bulk_fit.method != "bema"
    kept = read_preferences()
    assert (kept.batch, kept.bulk_fit, kept.axis) == (7, "bema", "log")
    demo.workbench.open_demo()
    qtbot.waitUntil(
        lambda: demo.workbench.document.recipe.bulk_fit.method == "bema", timeout=60_000
    )
    dialog.defaults.click()
    assert read_preferences() == Preferences()
    assert theme().choice == "system"
    dialog.close()
    qtbot.waitUntil(lambda: not demo.workbench.running_jobs, timeout=60_000)


def test_that_senseless_settings_are_passed_over(qapp):
    settings = QSettings()
    for key, value in (("theme", "pink"), ("preferences/batch", "-3"),
                       ("preferences/bulk_fit", "magic"), ("plots/quantity", "mood")):  # fmt: skip
        settings.setValue(key, value)
    assert read_preferences() == Preferences()


def test_that_clearing_the_cache_leaves_nothing_of_ours(demo):
    assert SpectrumCache().size > 0
    dialog = PreferencesDialog(demo)
    dialog.show()
    dialog.clear.click()
    assert SpectrumCache().size == 0
    assert not dialog.clear.isEnabled()
    dialog.close()


def test_that_a_cache_without_a_folder_is_empty(tmp_path):
    cache = SpectrumCache(tmp_path / "nowhere")
    cache.clear()
    assert cache.size == 0
