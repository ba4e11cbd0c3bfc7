"""Answers file dialogs and questions at once, so that no test hangs in one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMessageBox


class Answers:
    """Replaces what would wait for a person.

    Attributes:
        to_open: what "open" dialogs answer; empty cancels.
        to_save: the folder that "save" dialogs answer a new file of; None cancels.
        folder: what folder dialogs answer.
        agree: what questions are answered with; a callable without arguments.
        asked: how often any of them was shown.
    """

    def __init__(self, monkeypatch, place: Path) -> None:
        self.place, self.asked = place, 0
        self.to_open = self.folder = ""
        self.to_save: Path | None = None
        self.agree = bool
        for name, answer in {
            "getOpenFileName": self._open,
            "getSaveFileName": self._save,
            "getExistingDirectory": self._choose_folder,
        }.items():
            monkeypatch.setattr(QFileDialog, name, staticmethod(answer))
        monkeypatch.setattr(QInputDialog, "getText", staticmethod(self._name))
        monkeypatch.setattr(QDialog, "exec", self._exec)
        monkeypatch.setattr(QMessageBox, "exec", self._exec)
        monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(bool))

    def _open(self, *_args, **_more):
        self.asked += 1
        return self.to_open, ""

    def _save(self, _parent=None, _title="", start="", kinds="", *_args, **_more):
        self.asked += 1
        kind = kinds.split(";;")[0]
        if self.to_save is None:
            return "", ""
        name = Path(start).name or "file"
        return str(self.to_save / f"{self.asked}-{name}"), kind

    def _choose_folder(self, *_args, **_more):
        self.asked += 1
        return self.folder

    def _name(self, *_args, **_more):
        self.asked += 1
        return f"name {self.asked}", self.agree()

    def _exec(self, *_args):
        self.asked += 1
        codes = QDialog.DialogCode
        return int(codes.Accepted if self.agree() else codes.Rejected)


def close_all_but(window) -> list[str]:
    """Close every other window, dialog and menu; return what they were."""
    closed = []
    while (popup := QApplication.activePopupWidget()) is not None:
        closed.append(type(popup).__name__)
        popup.close()
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible():
            closed.append(type(other).__name__)
            other.close()
    return closed
