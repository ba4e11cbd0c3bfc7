"""Compare methods: which ones, at which targets, and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs.base import caption, heading
from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.gui.studies.curves import Picture, comparison_picture
from rmt_studio.gui.studies.method_list import MethodList
from rmt_studio.gui.studies.rows import (
    COMPARED,
    compared_row,
    label_of,
    looks_of,
    share_text,
)
from rmt_studio.gui.studies.study_window import StudyWindow
from rmt_studio.studies import Failed, Measured, PairedDifference
from rmt_studio.studio.document import CalibrationOpened
from rmt_studio.studio.study_tasks import ComparisonAsked, measured_in

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.results.marked_model import MarkedRow
    from rmt_studio.gui.study import ComparisonStudy
    from rmt_studio.gui.workbench import Workbench

_SHARES = "30, 40, 50, 60"


class ComparisonWindow(StudyWindow):
    """Methods to tick at the left, their curves and rows at the right."""

    study: ComparisonStudy

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", workbench, workbench.method_study, COMPARED, parent)
        self.setWindowTitle(self.tr("Compare methods"))
        self.setObjectName("comparison_window")
        self._file: Path | None = None
        self.methods = MethodList()
        self.shares = QLineEdit(_SHARES)
        self.shares.setObjectName("shares")
        self.shares.setAccessibleName(self.tr("Shares to remove"))
        self.shares.setToolTip(
            self.tr("Per cent of the attention and MLP matrices, separated by commas")
        )
        self.go_on = QPushButton(self.tr("Go on with a file…"))
        self.go_on.setObjectName("study_go_on")
        self.go_on.setProperty("flat", True)
        self.go_on.setAccessibleName(self.go_on.text())
        self.go_on.setToolTip(
            self.tr("Take up the JSON of an earlier comparison, of this window or the command line")
        )
        self._fill_form()
        self._take_asked()
        self.methods.allow_images(workbench.document.calibration is not None)
        self.build(
            self.tr(
                "Tick the methods to compare and press Start. Each is measured beside the dense "
                "model on the open images; a row appears as soon as it is known."
            )
        )
        self.methods.changed.connect(self.judge)
        self.methods.images_wanted.connect(workbench.image_sets.choose_calibration)
        self.shares.textChanged.connect(self.judge)
        self.go_on.clicked.connect(self._choose_file)

    @property
    def asked(self) -> ComparisonAsked | None:
        """What the form says; None where it makes no sense."""
        shares = read_shares(self.shares.text())
        methods = self.methods.chosen
        if not methods or not shares:
            return None
        return ComparisonAsked(methods, shares, self.limit.value() or None)

    def ask(self) -> None:
        """Start what the form says."""
        if self.asked is not None:
            self.study.start(self.asked, self._file, anew=self.anew.isChecked())
            self.anew.setChecked(False)

    def go_on_with(self, path: Path) -> None:
        """Take up a file: tick what it has, and go on in it at the next start."""
        try:
            found = measured_in(path)
        except InputError as error:
            self._workbench.failed.emit(self.tr("The comparison was not opened"), str(error))
            return
        self._file = path
        if found.methods:
            self.methods.tick({*found.methods})
            self.shares.setText(", ".join(f"{100 * share:.4g}" for share in found.sparsities))
        self.judge()

    def complaint(self) -> str:
        """Return what is wrong with the form."""
        if not self.methods.chosen:
            return self.tr("Tick at least one method.")
        if not read_shares(self.shares.text()):
            return self.tr("Give shares between 0 and 99 %, such as 30, 50.")
        refusal = self.study.refusal(self.methods.chosen)
        return self.tr("Not possible yet: {0}.").format(refusal) if refusal else ""

    def hint(self) -> str:
        """Return how many rows there will be."""
        asked = self.asked
        if asked is None:
            return ""
        text = self.tr("{0} rows").format(asked.rows)
        return self.tr("{0}, in {1}").format(text, self._file.name) if self._file else text

    def new_rows(self, begin: int) -> list[MarkedRow]:
        """Return the rows from the ``begin``-th on."""
        looks = looks_of(self._methods)
        return [compared_row(trial, looks) for trial in self.study.rows[begin:]]

    def picture(self) -> Picture:
        """Return a curve for each method."""
        return comparison_picture(self._methods, self.study.rows, self.study.dense_top1)

    def conclusion(self) -> str:
        """Return who is ahead at the largest share that two methods have reached."""
        by_share: dict[float, list[Measured]] = {}
        for row in self.study.rows:
            if isinstance(row, Measured):
                by_share.setdefault(row.sparsity, []).append(row)
        full = [share for share, rows in by_share.items() if len(rows) > 1]
        if not full:
            return self._failures()
        best, second = sorted(by_share[max(full)], key=_worst_first)[-1:-3:-1]
        lead = PairedDifference.of(best.evaluation, second.evaluation)
        first, other = label_of(best.method), label_of(second.method)
        if lead.difference:
            words = self.tr("At {0}: {1} ahead of {2} by {3:.1f} ± {4:.1f} points")
        else:
            words = self.tr("At {0}: {1} and {2} name as many images rightly")
        points = 100 * lead.difference, 100 * lead.standard_error
        text = words.format(share_text(max(full)), first, other, *points)
        return " · ".join(part for part in (text, self._failures()) if part)

    def _failures(self) -> str:
        failed = [row for row in self.study.rows if isinstance(row, Failed)]
        if not failed:
            return ""
        first = failed[0]
        text = self.tr("{0} of the rows failed, {1}: {2}")
        return text.format(len(failed), label_of(first.method), first.reason)

    @property
    def _methods(self) -> tuple[str, ...]:
        return self.study.asked.methods if self.study.asked is not None else ()

    def _fill_form(self) -> None:
        self.form.addWidget(heading(self.tr("Methods")))
        self.form.addWidget(self.methods, 1)
        self.form.addWidget(caption(self.tr("Shares to remove of the blocks (%)"), self.shares))
        self.form.addWidget(self.shares)
        self.form.addWidget(caption(self.tr("Evaluate on"), self.limit))
        self.form.addWidget(self.limit)
        self.form.addWidget(self.go_on)

    def _take_asked(self) -> None:
        """Show what the study was asked for when its window was closed."""
        asked = self.study.asked
        if asked is not None:
            self.methods.tick(asked.methods)
            self.shares.setText(", ".join(f"{100 * share:.4g}" for share in asked.sparsities))
            self.limit.setValue(asked.limit or 0)

    def _choose_file(self) -> None:
        title, kinds = self.tr("Go on with a comparison"), self.tr("Studies (*.json)")
        path, _ = QFileDialog.getOpenFileName(self, title, last_folder("study"), kinds)
        if path:
            remember_folder("study", path)
            self.go_on_with(Path(path))

    def _document_changed(self, event: object) -> None:
        if isinstance(event, CalibrationOpened):
            self.methods.allow_images(self._workbench.document.calibration is not None)
        super()._document_changed(event)


def read_shares(text: str) -> tuple[float, ...]:
    """Return shares of 1 from per cents separated by commas; none where one makes no sense."""
    try:
        shares = [float(part.strip().removesuffix("%")) / 100 for part in text.split(",")]
    except ValueError:
        return ()
    known = tuple(dict.fromkeys(round(share, 6) for share in shares))
    return known if all(0 <= share <= 0.99 for share in known) else ()


def _worst_first(row: Measured) -> tuple[float, float]:
    return row.evaluation.top1, -row.evaluation.loss
