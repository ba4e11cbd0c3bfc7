"""The steps that methods with calibration images fill in: masks by score, and low ranks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from rmt_studio.gui.inspector import rules
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.figures import THIN
from rmt_studio.gui.inspector.number_field import NO_GESTURE, NumberField, one_decimal, whole
from rmt_studio.gui.inspector.rules import SCORES, Edit, Shared, shared
from rmt_studio.gui.inspector.section import FIELD_WIDTH, Section
from rmt_studio.gui.inspector.slider import ShareSlider
from rmt_studio.gui.terms import term
from rmt_studio.pruning import METHODS, EntryMask, LayerRule, LowRank
from rmt_studio.pruning.steps import parse_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.inspector.rules import RuleStep
    from rmt_studio.gui.inspector.subject import Subject

    Change = Callable[[LayerRule, str], LayerRule]

PATTERNS = ("2:4", "4:8", "8:16")


class MaskSection(Section):
    """Which entries go by a score, how many, and whether in groups."""

    kind = EntryMask

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(
            self.tr("Mask by score"), self.tr("Zero the entries that count least by a score")
        )
        self.score = ChoiceBox(
            self.tr("Score"), self.tr("How entries are ranked, and whether the rest makes up")
        )
        self.score.setObjectName("mask_score")
        for key in SCORES:
            label = term(METHODS[key].label) if key in METHODS else key
            self.score.add(label, key)
        self.groups = ChoiceBox(
            self.tr("Groups"), self.tr("n:m: of m consecutive inputs of a row n stay")
        )
        self.groups.setObjectName("mask_groups")
        for pattern in PATTERNS:
            self.groups.add(pattern, pattern)
        self.share = NumberField(
            self.tr("Share of entries to zero"),
            self.tr("The entries that count least go to zero, this share of the matrix."),
            highest=1,
            step=1,
            decimals=1,
            write=one_decimal,
            scale=100,
        )
        self.share.setObjectName("mask_share")
        self.share.set_unit(f"{THIN}%")
        add_choice(self, self.tr("Score"), self.score)
        self.add_field(self.tr("Share"), self.share, rules.mask_share, self.tr("mask"))
        self.slider = ShareSlider(self.share.accessibleName(), self.share.toolTip())
        self.slider.setObjectName("mask_share_slider")
        self.slider.edited.connect(self.share.edited)
        self.grid.addWidget(self.slider, self.grid.rowCount(), 0, 1, 2)
        add_choice(self, self.tr("Or groups n:m"), self.groups)
        self.score.chosen.connect(self._choose_score)
        self.groups.chosen.connect(self._choose_groups)

    def show_steps(self, subjects: list[Subject], steps: list[RuleStep], *, alone: bool) -> None:
        """Fill the fields; a pattern says the share."""
        del subjects, alone
        masks = [step for step in steps if isinstance(step, EntryMask)]
        scores = {rules.score_of(step) for step in masks}
        self.score.setPlaceholderText(self.tr("mixed") if len(scores) > 1 else self.tr("own"))
        self.score.show_choice(scores.pop() if len(scores) == 1 else None)
        pattern = shared(step.pattern for step in masks)
        known = isinstance(pattern, str)
        none = all(step.pattern is None for step in masks)
        self.groups.setPlaceholderText(
            pattern if known else self.tr("none") if none else self.tr("mixed")
        )
        self.groups.show_choice(pattern if known else None)
        share = shared(_share(step) for step in masks)
        self.share.show_value(share)
        self.slider.show_value(share)
        self.share.mark_derived(bool(masks) and all(step.share is None for step in masks))

    def _choose_score(self, score: str) -> None:
        self.edited.emit(_edit(rules.mask_by, score, self.tr("score")))

    def _choose_groups(self, pattern: str) -> None:
        self.edited.emit(_edit(rules.mask_groups, pattern, self.tr("groups")))


class LowRankSection(Section):
    """How many ranks stay, and what their error is measured by."""

    kind = LowRank

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(self.tr("Low rank"), self.tr("Keep the best product of two thin factors"))
        self.rank = NumberField(
            self.tr("Rank to keep"),
            self.tr("The two factors have this many columns and rows."),
            highest=1e6,
            step=1,
            decimals=0,
            write=whole,
        )
        self.rank.setObjectName("low_rank")
        self.measure = ChoiceBox(self.tr("Best by"), self.tr("What the error is measured by"))
        self.measure.setObjectName("low_rank_metric")
        for text, metric, tip in (
            (self.tr("entries"), "plain", self.tr("Frobenius norm: the truncated SVD")),
            (self.tr("input sizes"), "diagonal", self.tr("Columns weighted by the size of their "
                                                         "inputs (ASVD)")),
            (self.tr("outputs"), "whitened", self.tr("Error of the layer's outputs on its own "
                                                     "inputs (SVD-LLM)")),
        ):  # fmt: skip
            self.measure.add(text, metric)
            self.measure.explain(metric, tip)
        self.add_field(self.tr("Rank"), self.rank, rules.low_rank, self.tr("rank"))
        add_choice(self, self.tr("Best by"), self.measure)
        self.measure.chosen.connect(self._choose_metric)

    def show_steps(self, subjects: list[Subject], steps: list[RuleStep], *, alone: bool) -> None:
        """Fill the fields."""
        del alone
        own = [step for step in steps if isinstance(step, LowRank)]
        dimension = shared(min(subject.layer.shape) for subject in subjects)
        known = not isinstance(dimension, Shared)
        self.rank.set_unit(self.tr(" of {0}").format(dimension) if known else "")
        self.rank.set_highest(max((min(x.layer.shape) for x in subjects), default=0))
        self.rank.show_value(shared(step.rank for step in own))
        metric = shared(step.metric for step in own)
        self.measure.setPlaceholderText(self.tr("mixed"))
        self.measure.show_choice(metric if isinstance(metric, str) else None)

    def _choose_metric(self, metric: str) -> None:
        self.edited.emit(_edit(rules.low_rank_by, metric, self.tr("metric")))


def add_choice(section: Section, label: str, box: ChoiceBox) -> None:
    """Append a labelled box to a section."""
    row = section.grid.rowCount()
    caption = QLabel(label)
    caption.setProperty("muted", True)
    caption.setToolTip(box.toolTip())
    caption.setBuddy(box)
    box.setFixedWidth(FIELD_WIDTH)
    section.grid.addWidget(caption, row, 0)
    section.grid.addWidget(box, row, 1, Qt.AlignmentFlag.AlignRight)


def _edit(change: Callable[[LayerRule, str], LayerRule], value: str, text: str) -> Edit:
    return Edit(partial(_applied, change, value), text, NO_GESTURE)


def _applied(
    change: Callable[[LayerRule, str], LayerRule], value: str, rule: LayerRule
) -> LayerRule:
    return change(rule, value)


def _share(step: EntryMask) -> float | None:
    if step.pattern is None:
        return step.share
    kept, group = parse_pattern(step.pattern)
    return 1 - kept / group
