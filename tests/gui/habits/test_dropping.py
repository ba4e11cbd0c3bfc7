"""Files dragged over the window: what is promised, and what is said of strangers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.dialogs import ErrorBox
from rmt_studio.gui.dropping import Kind, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("model.safetensors", Kind.CHECKPOINT),
        ("model.safetensors.index.json", Kind.CHECKPOINT),
        ("mine.json", Kind.RECIPE),
        ("mine.rmts", Kind.PROJECT),
        ("notes.txt", Kind.STRANGER),
    ],
)
def test_that_a_file_is_taken_for_what_its_name_says(tmp_path, name, kind):
    assert kind_of(tmp_path / name) is kind


def test_that_a_folder_is_a_model_where_it_has_a_configuration(tmp_path):
    assert kind_of(tmp_path) is Kind.IMAGES
    (tmp_path / "config.json").touch()
    assert kind_of(tmp_path) is Kind.MODEL_FOLDER


def test_that_a_hint_promises_what_will_happen_and_goes(window, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "mine.json"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(40, 40), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    hint = window.dropping.hint
    assert hint.isVisible()
    assert "rules from mine.json" in hint.text()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not hint.isVisible()


def test_that_a_file_that_is_gone_is_said(window, tmp_path):
    window.commands.dropped.open(tmp_path / "gone.safetensors")
    box = window.findChild(ErrorBox)
    assert "not there any more" in box.message.text()
    box.close()
