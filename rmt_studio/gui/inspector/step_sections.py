"""The three steps of the paper: cut singular values, sparsify their vectors, zero entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.inspector import rules
from rmt_studio.gui.inspector.figures import THIN
from rmt_studio.gui.inspector.number_field import (
    NumberField,
    four_digits,
    one_decimal,
    two_or_three_decimals,
    whole,
)
from rmt_studio.gui.inspector.rules import Shared, shared
from rmt_studio.gui.inspector.section import Section
from rmt_studio.gui.inspector.slider import ShareSlider
from rmt_studio.pruning import EntryThreshold, SingularValueCut, SingularVectorSparsification

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.inspector.rules import RuleStep
    from rmt_studio.gui.inspector.subject import Subject

_PERCENT = f"{THIN}%"


class CutSection(Section):
    """Where singular values are cut: at a multiple of the edge, or at a rank."""

    kind = SingularValueCut

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(
            self.tr("Cut singular values"),
            self.tr("Remove the singular values that lie in the noise, and store two thin factors"),
        )
        self.multiple = NumberField(
            self.tr("Cut at this multiple of the upper edge"),
            self.tr(
                "Eigenvalues up to this multiple of the fitted upper edge λ₊ are removed.\n"
                "1 is the edge itself. The same as dragging the line in the plot."
            ),
            highest=1e6,
            step=0.02,
            decimals=3,
            write=two_or_three_decimals,
        )
        self.multiple.setObjectName("edge_multiple")
        self.multiple.set_unit(" λ₊")
        self.rank = NumberField(
            self.tr("Keep this many singular values"),
            self.tr("The largest singular values stay, this many of them."),
            highest=1e6,
            step=1,
            decimals=0,
            write=whole,
        )
        self.rank.setObjectName("rank")
        self.keep = NumberField(
            self.tr("Share kept below the edge"),
            self.tr(
                "The largest of the singular values below the cut that stay after all.\n"
                "The paper lowers this share from 100 % to 0 over its schedule."
            ),
            highest=1,
            step=5,
            decimals=1,
            write=one_decimal,
            scale=100,
        )
        self.keep.setObjectName("keep_below")
        self.keep.set_unit(_PERCENT)
        text = self.tr("cut")
        self.add_field(self.tr("Edge multiple"), self.multiple, rules.cut_at_multiple, text)
        self.add_field(self.tr("Or rank"), self.rank, rules.cut_at_rank, text)
        self.add_field(self.tr("Keep below"), self.keep, rules.keep_below, text)

    def show_steps(self, subjects: list[Subject], steps: list[RuleStep], *, alone: bool) -> None:
        """Fill the fields; what does not decide is muted and shows the equivalent."""
        del alone
        cuts = [step for step in steps if isinstance(step, SingularValueCut)]
        pairs = list(zip(subjects, cuts, strict=True))
        by_rank = all(cut.rank is not None for cut in cuts)
        dimension = shared(min(subject.layer.shape) for subject in subjects)
        known = not isinstance(dimension, Shared)
        self.rank.set_unit(self.tr(" of {0}").format(dimension) if known else "")
        self.rank.set_highest(max((min(x.layer.shape) for x in subjects), default=0))
        self.multiple.show_value(shared(subject.edge_multiple(cut) for subject, cut in pairs))
        self.rank.show_value(shared(subject.rank(cut) for subject, cut in pairs))
        self.keep.show_value(shared(cut.keep for cut in cuts))
        self.multiple.mark_derived(by_rank)
        self.rank.mark_derived(all(cut.rank is None for cut in cuts))
        self.keep.setEnabled(not by_rank)


class VectorsSection(Section):
    """How strongly singular vectors are thinned out."""

    kind = SingularVectorSparsification

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(
            self.tr("Sparsify singular vectors"),
            self.tr(
                "Zero the small entries of the singular vectors, most of them deep in the bulk"
            ),
        )
        self.theta = NumberField(
            self.tr("Strength theta"),
            self.tr(
                "Entries of the i-th singular vectors smaller than\n"
                "θ · max(1/750, (1 − sᵢ/s₊)³⁰) go to zero."
            ),
            highest=1e6,
            step=1,
            decimals=6,
            write=four_digits,
        )
        self.theta.setObjectName("theta")
        text = self.tr("singular vectors")
        self.add_field(self.tr("Strength θ"), self.theta, rules.sparsify_vectors_at, text)

    def show_steps(self, subjects: list[Subject], steps: list[RuleStep], *, alone: bool) -> None:
        """Fill the field."""
        del subjects, alone
        own = [step for step in steps if isinstance(step, SingularVectorSparsification)]
        self.theta.show_value(shared(step.theta for step in own))


class EntriesSection(Section):
    """Which entries go to zero: those under a threshold, or the smallest share."""

    kind = EntryThreshold

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(
            self.tr("Zero small entries"),
            self.tr("Set single weights to zero by their size"),
        )
        self.threshold = NumberField(
            self.tr("Zero entries smaller than this"),
            self.tr("Entries with |w| < ξ go to zero; ξ is in units of the weights."),
            highest=1e30,
            step=0.001,
            decimals=9,
            write=four_digits,
        )
        self.threshold.setObjectName("entry_threshold")
        self.threshold.setStepType(NumberField.StepType.AdaptiveDecimalStepType)
        self.share = NumberField(
            self.tr("Share of entries to zero"),
            self.tr("The smallest entries go to zero, this share of the matrix."),
            highest=1,
            step=1,
            decimals=1,
            write=one_decimal,
            scale=100,
        )
        self.share.setObjectName("entry_share")
        self.share.set_unit(_PERCENT)
        text = self.tr("entries")
        self.add_field(self.tr("Under ξ"), self.threshold, rules.zero_entries_under, text)
        self.add_field(self.tr("Or share"), self.share, rules.zero_entries_share, text)
        self.slider = ShareSlider(self.share.accessibleName(), self.share.toolTip())
        self.slider.setObjectName("entry_share_slider")
        self.slider.edited.connect(self.share.edited)
        self.grid.addWidget(self.slider, self.grid.rowCount(), 0, 1, 2)

    def show_steps(self, subjects: list[Subject], steps: list[RuleStep], *, alone: bool) -> None:
        """Fill the fields; after other steps the equivalent is not known before it is measured."""
        own = [step for step in steps if isinstance(step, EntryThreshold)]
        pairs = list(zip(subjects, own, strict=True))
        by_share = all(step.share is not None for step in own)
        by_threshold = all(step.share is None for step in own)
        self.threshold.show_value(
            shared(x.entry_threshold(s) if alone else s.threshold for x, s in pairs)
        )
        share = shared(x.entry_share(s) if alone else s.share for x, s in pairs)
        self.share.show_value(share)
        self.slider.show_value(share)
        self.threshold.mark_derived(by_share)
        self.share.mark_derived(by_threshold)
