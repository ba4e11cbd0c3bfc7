"""The fit before, which stays in view until the new one is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.view import View
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel


class Refit:
    """Remembers what was shown last, for as long as the same view of the same layer is wanted."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._before: LayerAnalysis | None = None
        self._of: tuple[LoadedModel | None, str | None, View] | None = None

    @property
    def layer(self) -> LayerAnalysis | None:
        """The layer as it is fitted, or as it was until the new fit is there; None without both."""
        document, lens = self._workbench.document, self._workbench.lens
        subject = (document.model, self._workbench.current, lens.view)
        if lens.shown is not None or subject != self._of or self._gone:
            self._before, self._of = lens.shown, subject
        return self._before

    @property
    def texts(self) -> tuple[str, ...]:
        """Why what is shown is not up to date, long and short; empty where it is."""
        if self.layer is None or self._workbench.lens.shown is not None:
            return ("",)
        if self._workbench.busy or self._workbench.lens.message:
            return (_tr("Being refitted: this is the fit before, until the new one is there."),
                    _tr("Being refitted: the fit before"))  # fmt: skip
        return (_tr("This is the fit before: choose Analyse to fit anew."),
                _tr("The fit before: choose Analyse"))  # fmt: skip

    @property
    def text(self) -> str:
        """The longer one."""
        return self.texts[0]

    @property
    def _gone(self) -> bool:
        current = self._workbench.current
        return current in self._workbench.document.skipped or self._workbench.lens.refused


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpectrumView", text)
