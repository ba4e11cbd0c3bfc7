"""What was last started for a kind of model, also before the program was last closed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter, ValidationError
from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from rmt_studio.models.loading import LoadedModel

Asked = TypeVar("Asked")


def remember(asked: object, model: LoadedModel) -> None:
    """Keep what a form said for models of this architecture."""
    kept = TypeAdapter(type(asked)).dump_python(asked, mode="json")
    QSettings().setValue(_key(type(asked), model), json.dumps(kept))


def remembered(kind: type[Asked], model: LoadedModel | None) -> Asked | None:
    """Return what a form said last; None where it never did, or where that makes no sense now."""
    kept = None if model is None else QSettings().value(_key(kind, model))
    try:
        return TypeAdapter(kind).validate_json(str(kept)) if kept else None
    except ValidationError:
        return None


def _key(kind: type, model: LoadedModel) -> str:
    return f"asked/{kind.__module__.rpartition('.')[2]}/{model.architecture}"
