"""One target for the whole model: how much goes, by which method, how spectra are fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from rmt_studio.gui.inspector.calibration_line import CalibrationLine
from rmt_studio.gui.inspector.card import Card, muted
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.figures import THIN
from rmt_studio.gui.inspector.mask_sections import PATTERNS
from rmt_studio.gui.inspector.method_box import MethodBox
from rmt_studio.gui.inspector.number_field import NumberField, one_decimal
from rmt_studio.gui.terms import term
from rmt_studio.pruning import BulkFitSettings
from rmt_studio.pruning.steps import parse_pattern
from rmt_studio.spectra import BULK_METHODS
from rmt_studio.studio.document import AnalysisCleared, LayersAnalyzed, ModelOpened, RecipeChanged
from rmt_studio.studio.targets import Target

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench

_AT_FIRST = 0.5
_MOST = 0.99
_FIELD = 148
_LEAST_STEP = 1000  # the target is offered in tenths of a per cent


class ModelCard(Card):
    """Says what the buttons under it aim at.

    Signals:
        target_changed (): the target or the method is another.
    """

    target_changed = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.heading.setText(self.tr("Whole model"))
        self.setObjectName("model_card")
        self._workbench = workbench
        self._make_target()
        self._make_methods()
        self.calibration = CalibrationLine(workbench)
        self._lay_out()
        self.target.edited.connect(self.target_changed)
        self.of.chosen.connect(self._limit_target)
        self.method.chosen.connect(self._method_chosen)
        self.pattern.chosen.connect(self._pattern_chosen)
        self.bulk_fit.chosen.connect(self._fit_in_another_way)
        workbench.document_changed.connect(self._document_changed)
        self._model_changed()

    @property
    def wanted(self) -> Target:
        """What is asked for."""
        share = round(self.target.value() / 100, 6)
        pattern = self.pattern.currentData() if self.method.method.takes_patterns else None
        return Target(self.method.method.key, share, self.of.currentData(), pattern)

    # --- parts -----------------------------------------------------------------------------

    def _make_target(self) -> None:
        self.target = NumberField(
            self.tr("Target"),
            self.tr("The share of the parameters that has to go"),
            highest=_MOST,
            step=5,
            decimals=1,
            write=one_decimal,
            scale=100,
        )
        self.target.setObjectName("target")
        self.target.set_unit(f"{THIN}%{self.tr(' fewer')}")
        self.target.show_value(_AT_FIRST)
        tip = self.tr("What the target is a share of; only the matrices of the blocks are pruned")
        self.of = ChoiceBox(self.tr("Share of"), tip)
        self.of.setObjectName("target_of")
        self.of.add(self.tr("block matrices"), "blocks")
        self.of.add(self.tr("all parameters"), "model")

    def _make_methods(self) -> None:
        self.method = MethodBox(self.tr("How the one target becomes a rule for each layer"))
        self.method.setObjectName("budget")
        tip = self.tr("n:m groups, for hardware that runs them faster: of m consecutive inputs of "
                      "a row n stay")  # fmt: skip
        self.pattern = ChoiceBox(self.tr("Groups"), tip)
        self.pattern.setObjectName("pattern")
        self.pattern.add(self.tr("none"), None)
        for pattern in PATTERNS:
            self.pattern.add(pattern, pattern)
        tip = self.tr("How the noise variance is read off each spectrum; all edges refer to it")
        self.bulk_fit = ChoiceBox(self.tr("Bulk fit"), tip)
        self.bulk_fit.setObjectName("bulk_fit")
        for key, method in BULK_METHODS.items():
            self.bulk_fit.add(term(method.label), key)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        beside = {
            0: (self.tr("Target"), self.target),
            1: (self.tr("Of"), self.of),
            4: (self.tr("Groups n:m"), self.pattern),
        }
        for row, (text, field) in beside.items():
            field.setFixedWidth(_FIELD)
            grid.addWidget(_caption(text, field), row, 0)
            grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignRight)
        under = {2: (self.tr("Method"), self.method), 6: (self.tr("Bulk fit"), self.bulk_fit)}
        for row, (text, field) in under.items():
            grid.addWidget(_caption(text, field), row, 0, 1, 2)
            grid.addWidget(field, row + 1, 0, 1, 2)
        grid.addWidget(self.calibration, 5, 0, 1, 2)
        self.column.addLayout(grid)
        self.column.addWidget(
            muted(self.tr("Zeros in a dense file save no time and no bytes by themselves."))
        )
        self.column.addStretch(1)

    # --- what is shown ---------------------------------------------------------------------

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened):
            self._model_changed()
        elif isinstance(event, RecipeChanged):
            self.bulk_fit.show_choice(self._workbench.document.recipe.bulk_fit.method)
        elif isinstance(event, AnalysisCleared | LayersAnalyzed):
            self._allow()

    def _model_changed(self) -> None:
        self.bulk_fit.show_choice(self._workbench.document.recipe.bulk_fit.method)
        self._limit_target()
        self._allow()

    def _allow(self) -> None:
        reason = not_ready(self._workbench, self)
        pattern = self.wanted.pattern
        fixed = self.tr("{0} groups say how much goes").format(pattern) if pattern else ""
        method = self.method.method
        lacking = self.tr("{0} knows no n:m groups").format(term(method.label))
        reasons = {
            self.target: reason or fixed,
            self.of: reason or fixed,
            self.method: reason,
            self.pattern: reason or ("" if method.takes_patterns else lacking),
        }
        for field, why in reasons.items():
            field.setEnabled(not why)
            field.set_reason(why)
        # not while spectra are fitted: the keyboard would lose the box at every step through it
        self.bulk_fit.setEnabled(self._workbench.document.model is not None)
        self.bulk_fit.set_reason("" if self.bulk_fit.isEnabled() else reason)

    def _limit_target(self) -> None:
        """Offer no more than the blocks hold."""
        model, most = self._workbench.document.model, _MOST
        if model is not None and self.of.currentData() == "model":
            inside = model.block_parameter_count / model.parameter_count
            most = min(_MOST, int(_LEAST_STEP * inside) / _LEAST_STEP)
        shown = self.target.shown
        self.target.set_highest(most)
        self.target.show_value(min(most, shown) if isinstance(shown, float) else most)
        self.target_changed.emit()

    def _method_chosen(self) -> None:
        if not self.method.method.takes_patterns:
            self.pattern.show_choice(None)
        self._allow()
        self.target_changed.emit()

    def _pattern_chosen(self, pattern: str | None) -> None:
        if pattern is not None:
            kept, group = parse_pattern(pattern)
            self.of.show_choice("blocks")
            self._limit_target()
            self.target.show_value(1 - kept / group)
        self._allow()
        self.target_changed.emit()

    def _fit_in_another_way(self, method: str) -> None:
        options = dict(BULK_METHODS[method].defaults)
        self._workbench.set_bulk_fit(BulkFitSettings(method=method, options=options))


def not_ready(workbench: Workbench, teller: QWidget) -> str:
    """Return why no target can be set yet, in the words of ``teller``'s language; or nothing."""
    document = workbench.document
    if document.model is None:
        return teller.tr("Open a model first")
    return "" if document.analyzed else teller.tr("Wait until every spectrum is known")


def _caption(text: str, field: QWidget) -> QLabel:
    label = QLabel(text)
    label.setProperty("muted", True)
    label.setBuddy(field)
    return label
