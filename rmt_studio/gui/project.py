"""The open document's project file: kept up to date by itself, after each edit.

A document has a name, and is then kept in that file, or it has none, and is then kept in a
recovery file as soon as it holds something that a person would miss.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.gui.fingerprints import Fingerprints
from rmt_studio.gui.job_bridge import JobBridge
from rmt_studio.gui.settling import SPECTRA, Settling
from rmt_studio.gui.snapshot import snapshot
from rmt_studio.studio.project import MOST_STEPS, Project
from rmt_studio.studio.project_writer import NotSaved, ProjectWriter, Saved
from rmt_studio.studio.state_folder import new_recovery_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.project_tasks import Opened

_LAST_WORD = 5.0  # s that an emergency save may take


@dataclass(frozen=True, eq=False)
class _Naming:
    """A place that a person chose for the document."""

    path: Path
    project: Project
    before: Project | None
    then: Callable[[], object] | None


class ProjectDesk(QObject):
    """Keeps the document in a file.

    Signals:
        changed (): `path`, `modified` or `missing` is another.
        closing (): nothing is saved after this.
        used (str): a document got this file as its name.
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.

    Attributes:
        path: the file of a document with a name; None for one without.
        missing: the project whose model is not there; None while there is none.
        trouble: why the file does not hold what is shown; empty where the last save went well.
    """

    changed = Signal()
    closing = Signal()
    used = Signal(str)
    failed = Signal(str, str)
    told = Signal(str)

    def __init__(self, workbench: Workbench, desk: JobDesk) -> None:
        super().__init__(workbench)
        self._bench, self._document = workbench, workbench.document
        self._fingerprints = Fingerprints(desk, self)
        self._fingerprints.taken.connect(self._hashed)
        self._bridge = JobBridge(self)
        self._bridge.arrived.connect(self._told)
        self._writer = ProjectWriter(self._bridge.post)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.save_now)
        self._arriving: Opened | None = None
        self._recovered = self._closed = False
        self._begin(None)
        workbench.undo_stack.setUndoLimit(MOST_STEPS)
        self._settling = Settling(workbench, self)
        self._settling.another_model.connect(self._change_document)
        self._settling.touched.connect(self._touch)
        self.failed.connect(workbench.failed)
        self.told.connect(workbench.told)

    # --- what a person sees ------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose something.

        That is edits or results of a document without a name, or what its file did not take.
        """
        if self.path is not None:
            return self._behind and bool(self.trouble)
        if self._model is None:
            return False
        return self._bench.undo_stack.index() > 0 or bool(self._document.runs)

    @property
    def modified(self) -> bool:
        """Whether what is shown is not in a file with a name (yet)."""
        return self.unsaved or (self.path is not None and self._behind)

    @property
    def name(self) -> str:
        """What a person calls the document; empty while there is none."""
        if self.path is not None:
            return self.path.name
        if self.missing is not None:
            return self.missing.project.model.title
        return self._document.model.title if self._document.model is not None else ""

    # --- saving ------------------------------------------------------------------------------

    def save_as(self, path: str | Path, then: Callable[[], object] | None = None) -> None:
        """Give the document a name; ``then`` is called when its file is written."""
        if self._model is not None and not self._restoring:
            path = Path(os.path.realpath(path))
            self._naming = _Naming(path, self._snapshot(self._model), self._sent, then)
            self._writer.save_as(path, self._naming.project)

    def save_now(self, *, tell: bool = False) -> None:
        """Begin to write what is not in the file yet.

        Args:
            tell: a person asked for it and hears how it went, however often it went wrong before.
        """
        self._timer.stop()
        if tell:
            self._tells, self._complained = True, ""
            if not self._behind and self._naming is None:
                self._tell_saved()
        if self._model is not None and self._behind and not self._restoring:
            self._sent, self._unsent = self._snapshot(self._model), None
            self._writer.save(self._place, self._sent)
            self._take_fingerprint()

    def save_in_emergency(self) -> bool:
        """Write what is not in the file yet, and return whether that was done in time."""
        self._behind = self._behind or self.unsaved
        self.save_now()
        return self._writer.wait(_LAST_WORD)

    def discard(self, wanted: bool = True) -> None:
        """Forget what closing would lose; with False, that was taken back."""
        self._discarded = wanted

    def let_go(self) -> None:
        """Let the next document take the place of this one, as it is now, without a trace."""
        self._at_stake = False

    @property
    def discarded(self) -> bool:
        """Whether a person said that what closing would lose is not wanted."""
        return self._discarded

    def close(self) -> None:
        """Write what waits and close the file; a recovery file that nobody needs goes."""
        if self._closed:
            return
        self._closed = True
        self.closing.emit()
        self._settling.stop()
        unwanted = self.path is None and (self._discarded or not self.unsaved)
        if not self._discarded and not unwanted:
            self.save_now()
        self._timer.stop()
        self._writer.leave(unwanted=self._place if unwanted and self.missing is None else None)
        self._bridge.close()
        self._writer.close()

    # --- opening -----------------------------------------------------------------------------

    def expect(self, opened: Opened, *, recovered: bool) -> None:
        """Take the model that opens next for that of a project, and save nothing meanwhile.

        Args:
            opened: the project; `settle` says when all of it is in the document.
            recovered: its file is the recovery file of a document without a name.
        """
        self._arriving, self._recovered = opened, recovered

    def settle(self, fingerprint: str) -> None:
        """Save changes from now on: the document holds what its file does."""
        self._restoring, self._fingerprint = False, fingerprint
        self._touch(0)

    # --- following the document --------------------------------------------------------------

    def _touch(self, wait: int, anew: bool = False) -> None:
        """Save in ``wait`` ms at the latest; where ``anew``, so long after the last such call."""
        model = self._model
        if self._closed or model is None or self._document.model is not model or self._restoring:
            return
        if not self._kept and not self.unsaved:
            return
        first, self._behind, self._kept = not self._behind, True, True
        if anew or not self._timer.isActive() or self._timer.remainingTime() > wait:
            self._timer.start(wait)
        if wait < SPECTRA:
            self._at_stake = self.unsaved
            # kept at hand: another model may open before the timer is due
            self._unsent = self._snapshot(model)
        if first:
            self.changed.emit()

    def _change_document(self) -> None:
        """Close the file of the document that was open, and begin with the one that is."""
        self._timer.stop()
        opened, self._arriving = self._arriving, None
        untitled = self.path is None and self.missing is None and not self._at_stake
        if self._unsent is not None and not untitled:
            self._writer.save(self._place, self._unsent)
        unwanted = self._place if untitled else None
        if self.path is None and self._at_stake:  # edited after the question, or without one
            self.told.emit(self.tr("The next start offers the work that was not saved"))
        self._begin(opened)
        if opened is None:
            self._writer.leave(unwanted=unwanted)
        else:
            self._writer.adopt(opened.file, opened.kept, unwanted=unwanted)
        self.changed.emit()

    def _begin(self, opened: Opened | None) -> None:
        """Forget the document before this one."""
        self._model, self._naming = self._document.model, None
        named = opened is not None and not self._recovered
        self._place = opened.file.path if opened is not None else new_recovery_file()
        self.path = self._place if named else None
        self.missing = opened if opened is not None and opened.model is None else None
        self._references = opened.project if opened is not None else None
        self._kept = opened is not None
        self._restoring = opened is not None and opened.model is not None
        self._behind = self._discarded = self._at_stake = self._tells = False
        self.trouble = self._complained = ""
        self._sent: Project | None = None
        self._unsent: Project | None = None
        self._fingerprint = ""
        self._fingerprints.forget()

    def _snapshot(self, model: LoadedModel) -> Project:
        stack, known = self._bench.undo_stack, self._references
        return snapshot(self._document, model, stack, self._fingerprint, known)

    def _take_fingerprint(self) -> None:
        """Have the weights hashed, so that a moved file is known again."""
        if self._model is not None and not self._fingerprint:
            self._fingerprints.take(self._model)

    def _hashed(self, model: LoadedModel, fingerprint: str) -> None:
        if model is self._model:
            self._fingerprint = fingerprint
            self._touch(0)

    # --- what the writer says ----------------------------------------------------------------

    def _told(self, event: object) -> None:
        naming = self._naming
        if naming is not None and getattr(event, "project", None) is naming.project:
            self._naming = None
            self._named(naming, event)
        elif isinstance(event, NotSaved):
            self.trouble = event.message
            self.changed.emit()
            if event.message != self._complained:
                self._complained = event.message
                self.failed.emit(self.tr("The document is not saved"), event.message)
        elif isinstance(event, Saved):
            self.trouble = self._complained = ""
            if event.project is self._sent:
                self._behind = self._timer.isActive()
                self.changed.emit()
                self._tell_saved()

    def _tell_saved(self) -> None:
        if self._tells:
            self._tells = False
            self.told.emit(self.tr("Saved: {0}").format(self.path))

    def _named(self, naming: _Naming, event: object) -> None:
        if isinstance(event, NotSaved):
            self.failed.emit(self.tr("The project was not saved"), event.message)
            return
        former = None if self.path is not None else self._place
        self.path = self._place = naming.path
        newer = self._sent if self._sent is not naming.before else None  # not yet written
        self._kept, self._sent = True, newer or naming.project
        self._behind = self._timer.isActive() or newer is not None
        if former is not None:
            former.unlink(missing_ok=True)
        self.trouble, self._complained, self._tells = "", "", True
        self._take_fingerprint()
        self.used.emit(str(naming.path))
        if newer is None:
            self._tell_saved()
        self.changed.emit()
        if naming.then is not None:
            naming.then()
