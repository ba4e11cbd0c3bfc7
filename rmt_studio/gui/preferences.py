"""What a person prefers: read from the settings, written there, and put into the window."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from rmt_studio.gui.spectrum.axis_memory import AxisMemory
from rmt_studio.gui.spectrum.scales import Quantity
from rmt_studio.gui.theme import theme
from rmt_studio.pruning import BulkFitSettings
from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD

if TYPE_CHECKING:
    from rmt_studio.gui.main_window import MainWindow
    from rmt_studio.gui.spectrum import SpectrumView

THEMES = ("system", "light", "dark")
QUANTITIES, AXES = tuple(quantity.value for quantity in Quantity), ("", "linear", "log")
LARGEST_BATCH = 4096
_KEYS = {"theme": "theme", "quantity": "plots/quantity"}  # shared with who follows them


@dataclass(frozen=True)
class Preferences:
    """All that can be preferred; the defaults are those of a first start.

    Attributes:
        theme: one of `THEMES`.
        device: where work runs; empty for the fastest there is.
        bulk_fit: key of the bulk fit of models opened from now on.
        quantity: what plots show, one of `QUANTITIES`.
        axis: how the axis of that quantity is divided, one of `AXES`; empty to leave each plot as
            it was last.
        batch: images in a batch of an evaluation; 0 for automatic.
        notify: whether to tell of the end of long jobs while the window is in the background.
    """

    theme: str = "system"
    device: str = ""
    bulk_fit: str = DEFAULT_METHOD
    quantity: str = QUANTITIES[0]
    axis: str = AXES[0]
    batch: int = 0
    notify: bool = True


_CHOICES = {"theme": THEMES, "bulk_fit": tuple(BULK_METHODS), "quantity": QUANTITIES, "axis": AXES}


def read_preferences() -> Preferences:
    """Return what the settings hold; the default in place of what makes no sense."""
    settings, found = QSettings(), {}
    for field in fields(Preferences):
        value = _understood(field.name, settings.value(_key(field.name)), field.default)
        if value is not None:
            found[field.name] = value
    return Preferences(**found)


def write_preferences(preferences: Preferences) -> None:
    """Keep them in the settings."""
    settings = QSettings()
    for field in fields(Preferences):
        settings.setValue(_key(field.name), getattr(preferences, field.name))


def apply_preferences(window: MainWindow, preferences: Preferences) -> None:
    """Put them into the window at once; the bulk fit counts from the next model on."""
    bench = window.workbench
    if theme().choice != preferences.theme:
        theme().choose(preferences.theme)
    bench.devices.prefer(preferences.device)
    bench.default_fit = BulkFitSettings(method=preferences.bulk_fit)
    bench.targets.use_batches_of(preferences.batch or None)
    _show_quantity(window.spectrum, preferences.quantity, preferences.axis)


def _show_quantity(view: SpectrumView, quantity: str, axis: str) -> None:
    header = view.header
    AxisMemory().prefer(tuple(page.key for page in view.pages.infos), axis)
    wanted = (quantity, axis or header.axis.key)
    if wanted != (header.quantity.key, header.axis.key):
        header.quantity.choose(quantity)
        header.axis.choose(wanted[1])
        header.scale_changed.emit()


def _key(name: str) -> str:
    return _KEYS.get(name, f"preferences/{name}")


def _understood(name: str, kept: object, default: object) -> object | None:
    if kept is None:
        return None
    if isinstance(default, bool):
        return str(kept).lower() == "true"
    if isinstance(default, int):
        digits = str(kept)
        return min(int(digits), LARGEST_BATCH) if digits.isdecimal() else None
    return str(kept) if str(kept) in _CHOICES.get(name, (str(kept),)) else None
