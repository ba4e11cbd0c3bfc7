"""The projects opened or saved last, kept in the settings as soon as there is one more."""

from __future__ import annotations

from PySide6.QtCore import QSettings

_KEY, _KEPT = "recent_projects", 8


def recent_projects() -> list[str]:
    """Return the paths of the projects used last, newest first."""
    kept = QSettings().value(_KEY) or []
    return [str(path) for path in kept] if isinstance(kept, list | tuple) else [str(kept)]


def remember_project(path: str) -> None:
    """Put a project at the head of the list."""
    others = [known for known in recent_projects() if known != path]
    QSettings().setValue(_KEY, [path, *others][:_KEPT])
