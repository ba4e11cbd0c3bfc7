"""Hashes of the weights, taken in the background, so that a moved model file is known again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.studio.project import fingerprint_of

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel

_LANE = "fingerprint"


class Fingerprints(QObject):
    """Asks for the fingerprint of a model once, however often it is wanted.

    Signals:
        taken (object, str): a model and the SHA-256 of its weights.
    """

    taken = Signal(object, str)

    def __init__(self, desk: JobDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked: LoadedModel | None = None

    def take(self, model: LoadedModel) -> None:
        """Have the weights of the open model hashed, unless that was asked for already."""
        if model is not self._asked:
            self._asked = model
            work, done = partial(fingerprint_of, model), partial(self.taken.emit, model)
            title = self.tr("Fingerprint of {0}").format(model.title)
            self._desk.start(title, work, done, lane=_LANE, quiet=True)

    def forget(self) -> None:
        """Take the next model for one that was not asked for."""
        self._asked = None
