"""Keeps a project file up to date from a thread of its own, so that saving holds nothing up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.studio.project_codec import entries_of
from rmt_studio.studio.project_file import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from rmt_studio.studio.project import Project
    from rmt_studio.studio.project_file import Key

    Told = Callable[["Saved | NotSaved"], None]


@dataclass(frozen=True, eq=False)
class Saved:
    """A project is in its file."""

    path: Path
    project: Project


@dataclass(frozen=True, eq=False)
class NotSaved:
    """A project is not in its file; the file is as it was.

    Attributes:
        path: of the file.
        project: what was to be saved.
        message: why, for a person.
        named: whether a person chose this place just now.
    """

    path: Path
    project: Project
    message: str
    named: bool


class ProjectWriter:
    """Writes what differs from what the file holds. Where several wait, the newest is written.

    Its methods return at once; what is asked for happens in their order.

    Args:
        told: called in the writer's thread; it must be quick and must not raise.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._waiting: tuple[Path, Project] | None = None
        self._last: Future[None] | None = None
        self._file: ProjectFile | None = None  # this and what follows: the thread's alone
        self._written: dict[Key, object] = {}
        self._worked = True  # the last save of this document

    def save(self, path: Path, project: Project) -> None:
        """Bring the file at ``path`` up to date; one that is not there is made."""
        with self._lock:
            self._waiting = path, project
        self._queue(self._save_newest)

    def save_as(self, path: Path, project: Project) -> None:
        """Write a file anew and go on with that; where that fails, with the one before."""
        self._submit(self._save_as, path, project)

    def adopt(self, file: ProjectFile, project: Project, *, unwanted: Path | None = None) -> None:
        """Go on with a file that was opened, and what was read from it.

        Args:
            file: open.
            project: what it holds.
            unwanted: of the document before this one; see `leave`.
        """
        self._submit(self._adopt, file, project, unwanted)

    def leave(self, *, unwanted: Path | None = None) -> None:
        """Close the file, after what still waits is written.

        Args:
            unwanted: a recovery file to remove after that, if there is one. It is named, because
                the document may have got another file by `save_as` meanwhile.
        """
        self._submit(self._leave, unwanted)

    def wait(self, seconds: float) -> bool:
        """Return whether all that was asked for is in the file within so many seconds."""
        with suppress(TimeoutError):
            if self._last is not None:
                self._last.result(timeout=seconds)
            return self._worked
        return False

    def close(self) -> None:
        """Write what waits, close the file and end the thread."""
        if self._thread is not None:
            self.leave()
            self._thread.shutdown(wait=True)
            self._thread = self._last = None

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        """Queue work behind what waits to be saved, which then belongs to the file before it."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._queue(self._save, *waiting)
        self._queue(work, *arguments)

    def _queue(self, work: Callable[..., None], *arguments: object) -> None:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="project")
        self._last = self._thread.submit(work, *arguments)

    # --- in the thread -----------------------------------------------------------------------

    def _save_newest(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._save(*waiting)

    def _save(self, path: Path, project: Project) -> None:
        self._worked = False
        try:
            if self._file is None or not self._file.in_place:
                self._replace(path, project)
            else:
                self._write_changes(self._file, project)
        except Exception as error:  # whatever it was, the person must hear of it
            self._told(NotSaved(path, project, _message(error), named=False))
        else:
            self._worked = True
            self._told(Saved(path, project))

    def _write_changes(self, file: ProjectFile, project: Project) -> None:
        wanted = entries_of(project)
        differing = {
            key: entry
            for key, entry in wanted.items()
            if key not in self._written or self._written[key] != entry.token
        }
        gone = self._written.keys() - wanted.keys()
        if differing or gone:
            file.write({key: entry.row() for key, entry in differing.items()}, gone)
        self._written = {key: entry.token for key, entry in wanted.items()}

    def _save_as(self, path: Path, project: Project) -> None:
        try:
            if self._file is not None and self._file.in_place and self._file.is_at(path):
                self._write_changes(self._file, project)
            else:
                self._replace(path, project)
        except Exception as error:
            self._told(NotSaved(path, project, _message(error), named=True))
        else:
            self._worked = True
            self._told(Saved(path, project))

    def _replace(self, path: Path, project: Project) -> None:
        wanted = entries_of(project)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = ProjectFile.create(path, {key: entry.row() for key, entry in wanted.items()})
        self._close_file()
        self._file = file
        self._written = {key: entry.token for key, entry in wanted.items()}

    def _adopt(self, file: ProjectFile, project: Project, unwanted: Path | None) -> None:
        if self._file is not file:
            self._leave(unwanted)
        self._file = file
        self._written = {key: entry.token for key, entry in entries_of(project).items()}

    def _leave(self, unwanted: Path | None) -> None:
        self._close_file()
        if unwanted is not None:
            with suppress(OSError):
                unwanted.unlink(missing_ok=True)

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._written, self._worked = None, {}, True


def _message(error: Exception) -> str:
    return str(error) if isinstance(error, InputError | OSError) else f"unexpected: {error!r}"
