"""Preferences: each applies as soon as it is chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QWidget

from rmt_studio.analysis import SpectrumCache
from rmt_studio.gui.dialogs.base import Dialog, button, caption, heading
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.number_field import TEXT_MARGIN
from rmt_studio.gui.preferences import (
    AXES,
    LARGEST_BATCH,
    QUANTITIES,
    Preferences,
    apply_preferences,
    read_preferences,
    write_preferences,
)
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import theme
from rmt_studio.spectra import BULK_METHODS
from rmt_studio.studio.state_folder import recovery_folder

if TYPE_CHECKING:
    from rmt_studio.gui.main_window import MainWindow

_FIELD, _WIDTH = 250, 500  # px


class PreferencesDialog(Dialog):
    """A small form; what is chosen is applied and kept at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__("", window)
        self.setWindowTitle(self.tr("Preferences"))
        self.setObjectName("preferences_dialog")
        self.setMinimumWidth(_WIDTH)
        self._window, self._cache = window, SpectrumCache()
        self._make_fields()
        self._lay_out()
        self._show(replace(read_preferences(), theme=theme().choice))
        self._connect()
        self._tell_size()

    # --- parts -----------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.theme = self._choice("theme", self.tr("Theme"), self.tr("Light or dark"))
        for text, key in ((self.tr("as the system"), "system"), (self.tr("light"), "light"),
                          (self.tr("dark"), "dark")):  # fmt: skip
            self.theme.add(text, key)
        tip = self.tr("Where models are pruned and evaluated")
        self.device = self._choice("device", self.tr("Device"), tip)
        self.device.add(self.tr("the fastest there is"), "")
        picker = self._window.header.devices
        for index in range(picker.count()):
            self.device.add(picker.itemText(index), picker.itemData(index))
        tip = self.tr("How the noise variance of models opened from now on is read off")
        self.bulk_fit = self._choice("bulk_fit", self.tr("Bulk fit"), tip)
        for key, method in BULK_METHODS.items():
            self.bulk_fit.add(term(method.label), key)
        self.quantity = self._choice(
            "quantity", self.tr("Plots show"), self.tr("What stands on the axis of each plot")
        )
        texts = (self.tr("eigenvalues λ"), self.tr("singular values s"))
        for text, key in zip(texts, QUANTITIES, strict=True):
            self.quantity.add(text, key)
        self.axis = self._choice("axis", self.tr("Axis"), self.tr("How that axis is divided"))
        texts = (self.tr("as last chosen"), self.tr("linear"), self.tr("logarithmic"))
        for text, key in zip(texts, AXES, strict=True):
            self.axis.add(text, key)
        self.batch = QSpinBox()
        self.batch.setObjectName("preference_batch")
        self.batch.setRange(0, LARGEST_BATCH)
        self.batch.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        self.batch.setSpecialValueText(self.tr("automatic"))
        self.batch.setSuffix(self.tr(" images"))
        self.batch.setAccessibleName(self.tr("Batch of an evaluation"))
        self.batch.setToolTip(self.tr("How many images go through the model at a time; automatic "
                                      "follows the clock and the memory"))  # fmt: skip
        self.notify = QCheckBox(self.tr("tell when a long job is done"))
        self.notify.setObjectName("preference_notify")
        self.notify.setToolTip(self.tr("While the window is in the background"))

    def _choice(self, name: str, title: str, tip: str) -> ChoiceBox:
        box = ChoiceBox(title, tip)
        box.setObjectName(f"preference_{name}")
        return box

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        self._section(grid, self.tr("Window"), (
            (self.tr("Theme"), self.theme),
            (self.tr("Plots show"), self.quantity),
            (self.tr("Axis"), self.axis),
        ))  # fmt: skip
        self._section(grid, self.tr("Work"), (
            (self.tr("Device"), self.device),
            (self.tr("Bulk fit of new models"), self.bulk_fit),
            (self.tr("Evaluation batch"), self.batch),
            (self.tr("Notification"), self.notify),
        ))  # fmt: skip
        self.kept_size, self.folder = QLabel(), ElidedLabel(least=12)
        self.folder.set_text(str(self._cache.folder), str(self._cache.folder))
        self.folder.setProperty("muted", True)
        self.clear = button(self.tr("Clear"), tooltip=self.tr("Remove all spectra that are kept"))
        self.clear.setAccessibleName(self.tr("Clear the cache of spectra"))
        row, line = QWidget(), QHBoxLayout()
        row.setLayout(line)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.kept_size, 1)
        line.addWidget(self.clear)
        self._section(
            grid,
            self.tr("Kept spectra"),
            ((self.tr("Size"), row), (self.tr("Folder"), self.folder)),
        )
        self.recovery = ElidedLabel(least=12)
        self.recovery.set_text(str(recovery_folder()), str(recovery_folder()))
        self.recovery.setProperty("muted", True)
        title = self.tr("Saved after each edit, for recovery")
        self._section(grid, title, ((self.tr("Folder"), self.recovery),))
        self.column.addLayout(grid)
        self.layout_button = button(self.tr("Reset layout"),
                                    tooltip=self.tr("Put panels and columns back"))  # fmt: skip
        self.defaults = button(self.tr("Restore defaults"),
                               tooltip=self.tr("Prefer what a first start does"))  # fmt: skip
        self.close_button = button(self.tr("Close"), primary=True)
        self.column.addSpacing(4)
        self.add_buttons(self.layout_button, self.defaults, self.close_button)

    def _section(
        self, grid: QGridLayout, title: str, rows: tuple[tuple[str, QWidget], ...]
    ) -> None:
        row = grid.rowCount()
        if row > 1:
            grid.setRowMinimumHeight(row, 6)
            row += 1
        grid.addWidget(heading(title), row, 0, 1, 2)
        for place, (text, field) in enumerate(rows, row + 1):
            if text:
                grid.addWidget(caption(text, field), place, 0)
            field.setFixedWidth(_FIELD)
            grid.addWidget(field, place, 1, Qt.AlignmentFlag.AlignRight)

    def _connect(self) -> None:
        for box in (self.theme, self.device, self.bulk_fit, self.quantity, self.axis):
            box.chosen.connect(self._apply)
        self.notify.toggled.connect(self._apply)
        self.batch.valueChanged.connect(self._apply)
        self.clear.clicked.connect(self._clear)
        self.layout_button.clicked.connect(self._window.panels.reset)
        self.defaults.clicked.connect(self._restore_defaults)
        self.close_button.clicked.connect(self.accept)

    # --- what is shown and kept ------------------------------------------------------------

    @property
    def shown(self) -> Preferences:
        """What the fields say."""
        return Preferences(
            theme=self.theme.currentData(),
            device=self.device.currentData() or "",
            bulk_fit=self.bulk_fit.currentData(),
            quantity=self.quantity.currentData(),
            axis=self.axis.currentData(),
            batch=self.batch.value(),
            notify=self.notify.isChecked(),
        )

    def _show(self, preferences: Preferences) -> None:
        for name in ("theme", "device", "bulk_fit", "quantity", "axis"):
            getattr(self, name).show_choice(getattr(preferences, name))
        self.notify.setChecked(preferences.notify)
        self.batch.setValue(preferences.batch)

    def _apply(self, _chosen: object = None) -> None:
        write_preferences(self.shown)
        apply_preferences(self._window, self.shown)

    def _restore_defaults(self) -> None:
        self._show(Preferences())
        self._apply()

    def _clear(self) -> None:
        self._cache.clear()
        self._tell_size()

    def _tell_size(self) -> None:
        size = self._cache.size
        self.kept_size.setText(self.tr("{size:.1f} MB").format(size=size / 1e6))
        self.clear.setEnabled(size > 0)
