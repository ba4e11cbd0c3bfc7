"""Find the smallest model that is good enough: a bisection that can be watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.dialogs.base import button, caption, heading
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.figures import THIN, percent_text
from rmt_studio.gui.inspector.method_box import MethodBox
from rmt_studio.gui.inspector.number_field import NumberField, one_decimal
from rmt_studio.gui.results.row import points_text
from rmt_studio.gui.studies.curves import Picture, search_picture
from rmt_studio.gui.studies.rows import SEARCHED, label_of, searched_row, share_text
from rmt_studio.gui.studies.study_window import StudyWindow
from rmt_studio.studies import Criterion
from rmt_studio.studio.study_tasks import SearchAsked

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.results.marked_model import MarkedRow
    from rmt_studio.gui.study import SearchStudy
    from rmt_studio.gui.workbench import Workbench

_POINTS, _MOST_POINTS = 2.0, 100.0
_RESOLUTION, _COARSEST = 0.01, 0.5


class SearchWindow(StudyWindow):
    """What may be lost at the left, the course of the bisection at the right."""

    study: SearchStudy

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", workbench, workbench.search, SEARCHED, parent)
        self.setWindowTitle(self.tr("Find the smallest model"))
        self.setObjectName("search_window")
        self.method = MethodBox(self.tr("How each share becomes rules"))
        self.method.setObjectName("search_method")
        self.method.show_choice(workbench.targets.best_method)
        self._make_fields()
        self._fill_form()
        self._take_asked()
        self.open_button = button(
            self.tr("Open the found rules"),
            tooltip=self.tr("Make the rules of the smallest model the open ones; can be undone"),
        )
        self.open_button.setObjectName("open_found")
        self.build(
            self.tr(
                "Say how many points of accuracy may be lost and press Start. A bisection looks "
                "for the largest share that can go; each step prunes anew and is measured beside "
                "the dense model."
            )
        )
        self.panel.addWidget(self.open_button)
        self.method.chosen.connect(self.judge)
        self.open_button.clicked.connect(self._open_found)

    def ask(self) -> None:
        """Start what the form says."""
        asked = SearchAsked(
            method=self.method.method.key,
            points=self.points.value(),
            criterion=Criterion(self.criterion.currentData()),
            resolution=round(self.resolution.value() / 100, 6),
            limit=self.limit.value() or None,
        )
        self.study.start(asked, anew=self.anew.isChecked())
        self.anew.setChecked(False)

    def complaint(self) -> str:
        """Return what is wrong with the form."""
        refusal = self.study.refusal((self.method.method.key,))
        return self.tr("Not possible yet: {0}.").format(refusal) if refusal else ""

    def new_rows(self, begin: int) -> list[MarkedRow]:
        """Return the steps from the ``begin``-th on."""
        steps = self.study.rows[begin:]
        return [searched_row(place, step) for place, step in enumerate(steps, begin + 1)]

    def picture(self) -> Picture:
        """Return the steps so far and the shares that are still open."""
        asked = self.study.asked
        if asked is None:
            return Picture()
        return search_picture(
            self.study.rows, self.study.dense_top1, asked.points, asked.resolution
        )

    def conclusion(self) -> str:
        """Return what was found, once the search is through."""
        result = self.study.result
        if result is None:
            return ""
        if result.best is None:
            return self.tr("No share that was tried stays within the points.")
        best = result.best
        low, high = (points_text(end) for end in best.pair.interval)
        text = self.tr("Smallest: {0} of the blocks gone ({1} of all parameters), {2} points")
        found = text.format(
            share_text(best.sparsity),
            percent_text(best.model_sparsity),
            points_text(best.pair.difference),
        )
        return self.tr("{0} ({1} to {2}), by {3}").format(found, low, high, label_of(best.method))

    def _show(self) -> None:
        super()._show()
        result = self.study.result
        self.open_button.setEnabled(result is not None and result.best is not None)

    def _open_found(self) -> None:
        result = self.study.result
        if result is not None and result.best is not None:
            trials = self.study.trials
            self.study.open_recipe(next(i for i, row in enumerate(trials) if row is result.best))

    def _make_fields(self) -> None:
        self.points = NumberField(
            self.tr("Points that may be lost"),
            self.tr("Largest drop of top-1 against the dense model, in percentage points"),
            highest=_MOST_POINTS,
            step=0.5,
            decimals=2,
            write=one_decimal,
        )
        self.points.setObjectName("points")
        self.points.set_unit(self.tr(" points"))
        self.points.show_value(_POINTS)
        self.criterion = ChoiceBox(
            self.tr("Judge by"), self.tr("When a drop counts as within the points")
        )
        self.criterion.setObjectName("criterion")
        self.criterion.add(self.tr("the 95 % interval"), Criterion.INTERVAL)
        self.criterion.explain(
            Criterion.INTERVAL,
            self.tr("The lower end of the paired interval has to be within the points: a larger "
                    "drop on other images of the kind is then unlikely"),
        )  # fmt: skip
        self.criterion.add(self.tr("these images alone"), Criterion.POINT)
        self.criterion.explain(
            Criterion.POINT,
            self.tr("The drop on these very images has to be within the points, whatever it may "
                    "be on others"),
        )  # fmt: skip
        self.resolution = NumberField(
            self.tr("Resolution"),
            self.tr("Only multiples of this share are tried"),
            highest=_COARSEST,
            step=1,
            decimals=2,
            write=one_decimal,
            scale=100,
        )
        self.resolution.setObjectName("resolution")
        self.resolution.set_unit(f"{THIN}%")
        self.resolution.setMinimum(0.01)
        self.resolution.show_value(_RESOLUTION)

    def _fill_form(self) -> None:
        self.form.addWidget(heading(self.tr("The smallest model within")))
        for text, field in (
            ("", self.points),
            (self.tr("Judged by"), self.criterion),
            (self.tr("Method"), self.method),
            (self.tr("Resolution of the share"), self.resolution),
            (self.tr("Evaluate on"), self.limit),
        ):
            if text:
                self.form.addWidget(caption(text, field))
            self.form.addWidget(field)
        self.form.addStretch(1)

    def _take_asked(self) -> None:
        """Show what the search was asked for when its window was closed."""
        asked = self.study.asked
        if asked is not None:
            self.points.show_value(asked.points)
            self.criterion.show_choice(asked.criterion)
            self.method.show_choice(asked.method)
            self.resolution.show_value(asked.resolution)
            self.limit.setValue(asked.limit or 0)
