"""How many parameters the recipe leaves, as a line, a bar and the two shares that go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from rmt_studio.gui.inspector.card import muted
from rmt_studio.gui.inspector.figures import count_text, percent_text, short_count_text
from rmt_studio.gui.theme import number_font
from rmt_studio.pruning import block_sparsity
from rmt_studio.studio.document import AnalysisCleared, EffectsChanged, ModelOpened, RecipeChanged

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel

_STEPS = 1000


class KeptParameters(QWidget):
    """Follows the recipe's predicted effects."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._count = 0
        self.line = muted()
        self.line.setObjectName("kept_line")
        self.line.setFont(number_font())
        self.bar = QProgressBar()
        self.bar.setObjectName("kept_bar")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(self.tr("Share of the parameters kept"))
        self.of_all, self.of_blocks = muted(small=True), muted(small=True)
        self.of_all.setObjectName("fewer_of_all")
        self.of_blocks.setObjectName("fewer_in_blocks")
        self.of_all.setToolTip(self.tr("Share saved, over all parameters of the model"))
        self.of_blocks.setToolTip(self.tr("Share saved, over the attention and MLP matrices"))
        self.shares = QWidget()
        row = QHBoxLayout(self.shares)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.of_all)
        row.addStretch(1)
        row.addWidget(self.of_blocks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        for widget in (self.line, self.bar, self.shares):
            column.addWidget(widget)
        workbench.document_changed.connect(self._document_changed)
        self._model_changed()

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened):
            self._model_changed()
        elif isinstance(event, RecipeChanged | EffectsChanged | AnalysisCleared):
            self._show()

    def _model_changed(self) -> None:
        model = self._workbench.document.model
        self._count = model.parameter_count if model is not None else 0
        self._show()

    def _show(self) -> None:
        document = self._workbench.document
        for widget in (self.bar, self.shares):
            widget.setVisible(document.model is not None)
        self._mute_line(document.model is None)
        if document.model is None:
            self.line.setText(self.tr("Open a model, or the demo, to set a target for it."))
            return
        kept = document.parameters_kept
        if kept is None:
            self.of_all.setText(self.tr("computing…"))
            self.of_blocks.setText("")
        else:
            self._show_kept(document.model, kept)

    def _show_kept(self, model: LoadedModel, kept: int) -> None:
        texts = short_count_text(kept), short_count_text(self._count)
        self.line.setText(self.tr("{0} of {1} parameters kept").format(*texts))
        self.line.setToolTip(
            self.tr("{kept} of {all}").format(kept=count_text(kept), all=count_text(self._count))
        )
        self.bar.setValue(round(_STEPS * kept / self._count))
        document = self._workbench.document
        effects = {name: document.effects[name] for name in document.recipe.rules}
        of_all, of_blocks = 1 - kept / self._count, block_sparsity(model, effects)
        self.of_all.setText(self.tr("{0} less of all").format(percent_text(of_all)))
        self.of_blocks.setText(self.tr("{0} of the blocks").format(percent_text(of_blocks)))

    def _mute_line(self, mute: bool) -> None:
        self.line.setProperty("muted", mute)
        self.line.style().unpolish(self.line)
        self.line.style().polish(self.line)
