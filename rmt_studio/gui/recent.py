"""The models and projects used last, kept in the settings as soon as there is one more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = 8
_PROJECTS, _MODELS = "recent_projects", "recent"


def recent_models() -> list[tuple[str, str]]:
    """Return name and checkpoint of the models opened last, newest first."""
    kept = QSettings().value(_MODELS)
    pairs = kept if isinstance(kept, list) else []  # anything may stand in a settings file
    return [(str(x[0]), str(x[1])) for x in pairs if isinstance(x, list | tuple) and len(x) == 2]


def remember_models(models: Iterable[tuple[str, str]]) -> None:
    """Keep these names and checkpoints, newest first."""
    QSettings().setValue(_MODELS, [list(pair) for pair in models])


def recent_projects() -> list[str]:
    """Return the paths of the projects used last, newest first."""
    kept = QSettings().value(_PROJECTS) or []
    return [str(path) for path in kept] if isinstance(kept, list | tuple) else [str(kept)]


def remember_project(path: str) -> None:
    """Put a project at the head of the list."""
    others = [known for known in recent_projects() if known != path]
    QSettings().setValue(_PROJECTS, [path, *others][:KEPT])
