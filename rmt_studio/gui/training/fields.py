"""The numbers of a fine-tuning as fields: what each is called, its bounds and its first value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractSpinBox

from rmt_studio.gui.inspector.figures import THIN
from rmt_studio.gui.inspector.number_field import NumberField, four_digits, whole

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Number:
    """One setting that is a number.

    Attributes:
        key: its name in the settings.
        label: what stands beside the field.
        tip: what it does.
        highest: the largest value.
        lowest: the least one.
        decimals: how many are kept; 0 makes it a whole number.
        percent: whether it is shown in per cent.
        none: what stands for None, which the lowest value means then; "" where there is no None.
    """

    key: str
    label: str
    tip: str
    highest: float
    lowest: float = 0.0
    decimals: int = 0
    percent: bool = False
    none: str = ""

    def field(self) -> NumberField:
        """Return an empty field for it."""
        label, tip = _tr(self.label), _tr(self.tip)
        write: Callable[[float], str] = short_power if self.decimals else whole
        made = NumberField(
            label,
            tip,
            highest=self.highest,
            step=1,
            decimals=self.decimals,
            write=four_digits if self.percent else write,
            scale=100 if self.percent else 1,
        )
        made.setObjectName(self.key)
        made.setMinimum(self.lowest * (100 if self.percent else 1))
        if self.percent:
            made.set_unit(f"{THIN}%")
        elif self.decimals:
            made.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        if self.none:
            made.setSpecialValueText(_tr(self.none))
        return made

    def show(self, field: NumberField, value: float | None) -> None:
        """Show a value of the settings."""
        field.show_value(self.lowest if value is None else value)

    def value(self, field: NumberField) -> float | int | None:
        """Return the value of the settings that a field shows."""
        shown = field.shown
        number = float(shown) if isinstance(shown, int | float) else self.lowest
        if self.none and number <= self.lowest:
            return None
        return number if self.decimals or self.percent else round(number)


def short_power(value: float) -> str:
    """Write 0.01 as ``0.01`` and 0.00001 as ``1e-5``."""
    text = four_digits(value)
    digits, power, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if power else text


_MANY = 100_000
FIRST = (
    Number("epochs", "Epochs", "Passes over the training images", _MANY, 1),
    Number("batch", "Images in a batch", "Images for each step of the optimiser", _MANY, 1),
    Number(
        "learning_rate",
        "Learning rate",
        "Of AdamW at its height; it rises first and falls along a cosine then",
        1.0,
        1e-8,
        8,
    ),
    Number(
        "distillation",
        "Weight of the dense model",
        "How much the dense model's predictions count in the loss; the labels count the rest",
        1.0,
        percent=True,
        decimals=1,
    ),
)
MORE = (
    Number("weight_decay", "Weight decay", "As AdamW does it; none on biases and norms", 10, 0, 6),
    Number(
        "warm_up",
        "Warm-up",
        "Share of all steps in which the learning rate rises",
        1.0,
        percent=True,
        decimals=1,
    ),
    Number(
        "label_smoothing",
        "Label smoothing",
        "Share of each label that is spread over all classes",
        0.9,
        percent=True,
        decimals=1,
    ),
    Number(
        "temperature",
        "Temperature",
        "Of the dense model's softened predictions",
        100.0,
        0.01,
        2,
    ),
    Number(
        "features",
        "Weight of the features",
        "How much the distance to the dense model's final features counts in the loss",
        1000.0,
        0.0,
        3,
    ),
    Number("l1", "L1 penalty", "Weight of the sum of the weights' absolute values", 1.0, 0.0, 9),
    Number("l2", "L2 penalty", "Weight of the sum of the weights' squares", 1.0, 0.0, 9),
    Number(
        "clip",
        "Largest gradient",
        "A gradient of a larger norm is scaled down to it",
        1000.0,
        0.0,
        2,
        none="any",
    ),
    Number(
        "patience",
        "Patience",
        "Epochs without a better one after which it stops early",
        _MANY,
        none="never",
    ),
    Number(
        "steps",
        "Steps of an epoch",
        "Steps of the optimiser in each epoch, where a whole pass would be too long",
        1_000_000,
        none="a whole pass",
    ),
    Number("seed", "Seed", "Of the order of the images and their views", 2**31 - 1),
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("training", text)
