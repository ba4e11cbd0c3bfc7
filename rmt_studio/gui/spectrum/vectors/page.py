"""The page of one singular value: its right vector over its left one, and their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.vectors.plot import VectorPlot
from rmt_studio.gui.spectrum.vectors.words import (
    rank_texts,
    size_texts,
    span_texts,
    value_texts,
    vector_texts,
)
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.analysis.vectors import SingularBasis, SingularPair
    from rmt_studio.gui.spectrum.legend import Mark
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.vectors.places import Places

    Vector = NDArray[np.float32]

_SIDE_BY_SIDE = 210  # px of height, below it


class VectorsPage(QWidget):
    """The pair of vectors of the value that is looked at; Left and Right go to its neighbours.

    Signals:
        stepped (int): a person wants the value so many ranks further down.
    """

    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("vectors_page")
        self.larger = self._button("larger_value", "◀", self.tr("The next larger value"))
        self.smaller = self._button("smaller_value", "▶", self.tr("The next smaller value"))
        self.larger.clicked.connect(self._step_up)
        self.smaller.clicked.connect(self._step_down)
        self.rank, self.value = FittingLabel(), FittingLabel()
        self.rank.setObjectName("picked_rank")
        self.rank.setFont(number_font(bold=True))
        self.value.setObjectName("picked_value")
        self.right = VectorPlot("right_vector_plot", self.tr("Right singular vector, over inputs"))
        self.left = VectorPlot("left_vector_plot", self.tr("Left singular vector, over outputs"))
        self.right_words, self.left_words = self._words("right_words"), self._words("left_words")
        self.plots = (self.right, self.left)
        self._drawn: tuple[object, ...] = ()
        self._lay_out()

    def show_pair(
        self,
        shown: Shown,
        ranks: tuple[int, int],
        basis: SingularBasis | None,
        places: tuple[Places, Places],
        refusal: str = "",
    ) -> None:
        """Show the vectors of one value, or the root mean square of those of several.

        Args:
            shown: what the plots show.
            ranks: of the value, 0 for the largest, and of that up to which all are shown.
            basis: the singular vectors; None while they are computed.
            places: of the components over inputs and over outputs.
            refusal: why there are none; empty where there are, or may yet be.
        """
        first, last = sorted(ranks)
        self.rank.set_variants(*rank_texts(first, last, shown.fit.dimension))
        self.value.set_variants(
            *(value_texts(shown, first) if first == last else span_texts(shown, first, last))
        )
        self.larger.setEnabled(ranks[0] > 0)
        self.smaller.setEnabled(ranks[0] < shown.fit.dimension - 1)
        if basis is None or last >= len(basis):
            self._wait(refusal)
        elif self._drawn != (basis, first, last):
            self._drawn = (basis, first, last)
            if first == last:
                self._draw(basis.pair(first), places)
            else:
                self._draw_several(basis.root_mean_square(first, last), places)

    def marks(self) -> tuple[Mark, ...]:
        """Return the legend."""
        return self.right.marks() or self.left.marks()

    def recolor(self) -> None:
        """Take the theme's colours."""
        for plot in self.plots:
            plot.recolor()

    def reset_view(self) -> None:
        """Show both vectors as a whole again."""
        for plot in self.plots:
            plot.reset_view()

    def _draw(self, pair: SingularPair, places: tuple[Places, Places]) -> None:
        sides = (
            (self.right, self.right_words, pair.right, pair.in_localisation, self.tr("Right")),
            (self.left, self.left_words, pair.left, pair.out_localisation, self.tr("Left")),
        )
        for (plot, words, vector, found, side), where in zip(sides, places, strict=True):
            plot.show_vector(vector, where, found.largest_null)
            texts = vector_texts(side, where, vector, found)
            words.set_variants(*texts)
            plot.setAccessibleDescription(texts[0])

    def _draw_several(self, sizes: tuple[Vector, Vector], places: tuple[Places, Places]) -> None:
        left, right = sizes
        sides = (
            (self.right, self.right_words, right, self.tr("Right")),
            (self.left, self.left_words, left, self.tr("Left")),
        )
        for (plot, words, vector, side), where in zip(sides, places, strict=True):
            plot.show_vector(vector, where, vector.size**-0.5, several=True)
            texts = size_texts(side, where, vector)
            words.set_variants(*texts)
            plot.setAccessibleDescription(texts[0])

    def _wait(self, refusal: str) -> None:
        self._drawn = ()
        text = refusal or self.tr("The singular vectors are being computed…")
        for plot, words in ((self.right, self.right_words), (self.left, self.left_words)):
            plot.say(text)
            words.set_variants("")

    def _step_up(self) -> None:
        self.stepped.emit(-1)

    def _step_down(self) -> None:
        self.stepped.emit(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side where there is no room for one over the other."""
        super().resizeEvent(event)
        low = event.size().height() < _SIDE_BY_SIDE
        way = QBoxLayout.Direction
        self._pair.setDirection(way.LeftToRight if low else way.TopToBottom)

    # --- putting together --------------------------------------------------------------------

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (self.larger, self.smaller, self.rank):
            row.addWidget(widget)
        row.addWidget(self.value, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        self._pair = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._pair.setSpacing(2)
        column.addLayout(self._pair, 1)
        for words, plot in ((self.right_words, self.right), (self.left_words, self.left)):
            one = QVBoxLayout()
            one.setSpacing(2)
            one.addWidget(words)
            one.addWidget(plot, 1)
            self._pair.addLayout(one, 1)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRepeat(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _words(self, name: str) -> FittingLabel:
        label = FittingLabel()
        label.setObjectName(name)
        label.setProperty("muted", True)
        label.setFont(number_font(number_font().pointSizeF() * 0.85))
        return label
