"""Documents without a name that a killed or crashed program left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.state_folder import PROJECT_SUFFIX, recovery_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Recoverable:
    """A document that can be opened again.

    Attributes:
        path: its recovery file.
        title: of its model.
        edits: how many steps its history has.
        runs: how many evaluations it holds.
        saved_at: seconds since 1970.
    """

    path: Path
    title: str
    edits: int
    runs: int
    saved_at: float


def recoverable(progress: Progress = no_progress) -> tuple[Recoverable, ...]:
    """Return the documents that no window has open, newest first; damaged files are passed over."""
    folder = recovery_folder()
    files = sorted(folder.glob(f"*{PROJECT_SUFFIX}")) if folder.is_dir() else []
    found = []
    for done, path in enumerate(files):
        progress(done, len(files), "looking for documents to recover")
        try:
            found.append(_looked_at(path))
        except (InputError, OSError):
            continue
    return tuple(sorted(found, key=_age))


def forget(paths: Iterable[Path]) -> None:
    """Remove recovery files that nobody wants."""
    for path in paths:
        path.unlink(missing_ok=True)


def _looked_at(path: Path) -> Recoverable:
    saved_at = path.stat().st_mtime
    file = ProjectFile.open(path)
    try:
        project = project_of(file.read(), path.name)
    finally:
        file.close()
    title, edits = project.model.title, len(project.history.steps)
    return Recoverable(path, title, edits, len(project.runs), saved_at)


def _age(found: Recoverable) -> float:
    return -found.saved_at
