"""What the rules of the selected layers do to them: parameters, energy, output error, storage."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.figures import count_text, percent_text
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from rmt_studio.pruning import Effect

_INPUTS = {"white": "white inputs", "measured": "measured"}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Prediction:
    """The effects on one or many layers as the texts that are shown."""

    kept_share: str
    kept_count: str
    energy: str
    error: str
    inputs: str
    stored_as: str
    stored_details: str


def summarise(effects: list[Effect]) -> Prediction:
    """Add the parameters of some layers and average their energies and errors."""
    kept = sum(effect.parameters_kept for effect in effects)
    of = sum(effect.parameters for effect in effects)
    kinds = Counter(stored_text(effect) for effect in effects)
    return Prediction(
        kept_share=percent_text(kept / of),
        kept_count=f"{count_text(kept)} of {count_text(of)}",
        energy=mean_text([effect.energy_kept for effect in effects]),
        error=mean_text([effect.output_error for effect in effects]),
        inputs=_inputs_text(effects),
        stored_as=next(iter(kinds)) if len(kinds) == 1 else f"{len(kinds)} ways",
        stored_details="\n".join(f"{times} × {kind}" for kind, times in kinds.most_common(12)),
    )


def _inputs_text(effects: list[Effect]) -> str:
    """Return what the errors are for; nothing while they are not known."""
    if any(math.isnan(effect.output_error) for effect in effects):
        return ""
    inputs = {effect.inputs for effect in effects}
    return _INPUTS[inputs.pop()] if len(inputs) == 1 else "mixed inputs"


def mean_text(shares: list[float]) -> str:
    """Return the mean of shares in per cent, or that one of them only pruning can tell."""
    mean = sum(shares) / len(shares)
    return "after pruning" if math.isnan(mean) else percent_text(mean)


def stored_text(effect: Effect) -> str:
    """Return how a matrix is stored, such as ``two factors, rank 61``."""
    if effect.stored_as == "two factors" and effect.rank is not None:
        return f"{effect.stored_as}, rank {effect.rank}"
    return effect.stored_as


class PredictedEffect(QWidget):
    """Four figures with their captions; muted while newer ones are being computed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.title, self.state = QLabel(), _muted(QLabel(self.tr("computing…")))
        self.title.setProperty("heading", True)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.state)
        self._column.addLayout(row)
        tip = self.tr("Numbers that have to be stored, in the smallest storage")
        self.kept = self._row("predicted_kept", _caption(self.tr("Parameters kept"), tip))
        self.count = _muted(QLabel())
        self.count.setFont(number_font())
        self.count.setObjectName("predicted_count")
        self._column.addWidget(self.count, 0, _RIGHT)
        tip = self.tr(
            "‖W′‖² / ‖W‖², Frobenius norms.\n"
            "Over 100 % where the entries that stay make up for those that went."
        )
        self.energy_caption = _caption(self.tr("Energy kept"), tip)
        self.energy = self._row("predicted_energy", self.energy_caption)
        tip = self.tr(
            "Root mean square of Wx − W′x over that of Wx.\n"
            "Measured: x are the layer's own inputs on the open images.\n"
            "White inputs: ‖W − W′‖ / ‖W‖, while no images are open."
        )
        self.inputs = _caption(self.tr("Output error"), tip)
        self.inputs.setObjectName("predicted_inputs")
        self.error = self._row("predicted_error", self.inputs)
        tip = self.tr("The smallest storage of the result")
        self.stored = self._row("predicted_stored", _caption(self.tr("Stored as"), tip))
        self._values = (self.kept, self.energy, self.error, self.stored)

    @property
    def computing(self) -> bool:
        """Whether the figures on show are older than the rules."""
        return not self.state.isHidden()

    def show_effects(self, effects: list[Effect | None], *, other_layers: bool) -> None:
        """Show the effects; where one is missing, the figures before it, muted.

        Args:
            effects: one per selected layer, None while not known.
            other_layers: whether the figures on show are those of other layers.
        """
        many = len(effects) > 1
        self.title.setText(self.tr("Predicted together") if many else self.tr("Predicted"))
        energy = self.tr("Mean energy kept") if many else self.tr("Energy kept")
        self.energy_caption.set_text(energy, self.energy.toolTip())
        known = [effect for effect in effects if effect is not None]
        complete = len(known) == len(effects)
        if complete:
            self._write(summarise(known), many=many)
        elif other_layers:
            self._clear()
        self._mute(not complete)

    def _write(self, prediction: Prediction, *, many: bool) -> None:
        error = self.tr("Mean error") if many else self.tr("Output error")
        whole = f"{error}, {prediction.inputs}" if prediction.inputs else error
        self.inputs.set_text(whole, self.error.toolTip())
        self.kept.setText(prediction.kept_share)
        self.count.setText(prediction.kept_count)
        self.energy.setText(prediction.energy)
        self.error.setText(prediction.error)
        self.stored.setText(prediction.stored_as)
        self.stored.setToolTip(prediction.stored_details)

    def _clear(self) -> None:
        for label in (*self._values, self.count):
            label.setText("…")

    def _mute(self, computing: bool) -> None:
        self.state.setVisible(computing)
        for label in self._values:
            if label.property("muted") != computing:
                label.setProperty("muted", computing)
                label.style().unpolish(label)
                label.style().polish(label)

    def _row(self, name: str, caption: ElidedLabel) -> QLabel:
        value = QLabel("…")
        value.setObjectName(name)
        value.setAccessibleName(caption.whole_text)
        value.setToolTip(caption.toolTip())
        value.setFont(number_font(bold=True))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(caption, 1)
        row.addWidget(value)
        self._column.addLayout(row)
        return value


def _caption(text: str, tooltip: str) -> ElidedLabel:
    label = ElidedLabel(least=6)
    label.setProperty("muted", True)
    label.set_text(text, tooltip)
    return label


def _muted(label: QLabel) -> QLabel:
    label.setProperty("muted", True)
    return label
