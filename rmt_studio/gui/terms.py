"""Names that the floors below give, which know no Qt, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def term(label: str) -> str:
    """Translate the name of a method, a fit, a null, a format or a role."""
    return QCoreApplication.translate("terms", label)
