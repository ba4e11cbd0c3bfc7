"""What the chosen format gives: its sizes, its options, and the lines that load it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import button, caption, heading
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.figures import size_text
from rmt_studio.gui.terms import term
from rmt_studio.studio.export_tasks import ExportChoice

if TYPE_CHECKING:
    from rmt_studio.models.exports import Format
    from rmt_studio.studio.export_tasks import ExpectedSize

_MARGIN = 14
_LEAST_CODE = 130  # px


class FormatPage(QFrame):
    """The right side of the export dialog.

    Signals:
        changed (): dtype or packing are others.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._format: Format | None = None
        self.title, self.gives, self.bytes_line = heading(""), caption(""), QLabel()
        self.bytes_line.setObjectName("export_size")
        self.bytes_line.setWordWrap(True)
        self.dtype = ChoiceBox(self.tr("Type of the numbers"), self.tr("Bits of each weight"))
        self.dtype.setObjectName("export_dtype")
        self.zstd = QCheckBox(self.tr("Pack with zstd"))
        self.zstd.setObjectName("export_zstd")
        self.zstd.setToolTip(self.tr("Smaller; whoever loads it needs the package zstandard"))
        self.zstd.setChecked(True)
        self.code = QPlainTextEdit()
        self.code.setObjectName("loading_snippet")
        self.code.setReadOnly(True)
        self.code.setTabChangesFocus(True)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setAccessibleName(self.tr("Python code that loads the file"))
        self.code.setToolTip(self.code.accessibleName())
        self.code.setFont(_fixed_font())
        self.code.setMinimumHeight(_LEAST_CODE)
        self.needs = QLabel()
        self.copy = button(self.tr("Copy"), tooltip=self.tr("Copy the code"))
        self._lay_out()
        self.dtype.chosen.connect(self._picked)
        self.zstd.toggled.connect(self._picked)
        self.copy.clicked.connect(self._copy)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(8)
        options, above = QHBoxLayout(), QHBoxLayout()
        options.setSpacing(10)
        self._dtype_label = QLabel(self.tr("Numbers"))
        self._dtype_label.setBuddy(self.dtype)
        for widget in (self._dtype_label, self.dtype, self.zstd):
            options.addWidget(widget)
        options.addStretch(1)
        above.addWidget(self.needs, 1)
        above.addWidget(self.copy)
        for widget in (self.title, self.gives, self.bytes_line):
            column.addWidget(widget)
        column.addLayout(options)
        column.addLayout(above)
        column.addWidget(self.code, 1)

    @property
    def choice(self) -> ExportChoice:
        """What is chosen."""
        if self._format is None:
            return ExportChoice()
        zstd = self.zstd.isChecked() and self._format.packs
        return ExportChoice(self._format.key, self.dtype.currentData(), zstd)

    def show_format(self, chosen: Format) -> None:
        """Show another format, its usual dtype chosen unless it has the one chosen before."""
        before, self._format = self.dtype.currentData(), chosen
        self.title.setText(term(chosen.label))
        self.gives.setText(chosen.gives)
        self.dtype.clear()
        for dtype in chosen.dtypes:
            self.dtype.add(dtype, dtype)
        self.dtype.show_choice(before if before in chosen.dtypes else chosen.dtypes[0])
        self.dtype.setEnabled(len(chosen.dtypes) > 1)
        self.zstd.setVisible(chosen.packs)

    def show_code(self, code: str) -> None:
        """Show the lines that load the file."""
        if self._format is not None:
            found = [name for name in self._format.loads_with if f"import {name}" in code
                     or f"from {name}" in code]  # fmt: skip
            text = self.tr("Load it with {0}:").format(", ".join(found))
            self.needs.setText(text)
        self.code.setPlainText(code)

    def show_size(self, size: ExpectedSize | None, dense: int) -> None:
        """Show what it takes now, and what it would take in this format."""
        if size is None:
            self.bytes_line.setText(self.tr("{0} dense in fp32 → …").format(size_text(dense)))
        elif size.bytes is None:
            self.bytes_line.setText(self.tr("Not for this model: it {0}.").format(size.reason))
        else:
            text = self.tr("{0} dense in fp32 → {1} {2} ({3} %)")
            about = self.tr("under") if size.at_most else self.tr("about")
            share = f"{100 * size.bytes / max(dense, 1):.0f}"
            self.bytes_line.setText(
                text.format(size_text(dense), about, size_text(size.bytes), share)
            )

    def show_written(self, count: int, dense: int) -> None:
        """Show what was written."""
        text = self.tr("{0} dense in fp32 → {1} written ({2} %)")
        share = f"{100 * count / max(dense, 1):.0f}"
        self.bytes_line.setText(text.format(size_text(dense), size_text(count), share))

    def _picked(self, *_value: object) -> None:
        self.changed.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())


def _fixed_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return font
