"""The system's file dialogs, each opened where the last file of its kind was."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QFileDialog, QWidget


def last_folder(kind: str) -> str:
    """Return the folder where a file of this kind was last chosen; at first the home folder."""
    folder = str(QSettings().value(f"folders/{kind}") or "")
    return folder if folder and Path(folder).is_dir() else str(Path.home())


def remember_folder(kind: str, path: str) -> None:
    """Open the next dialog of this kind where ``path`` is."""
    if path:
        folder = Path(path) if kind in {"images", "model"} else Path(path).parent
        QSettings().setValue(f"folders/{kind}", str(folder))


def choose_images(parent: QWidget | None) -> str:
    """Ask for an image folder with one sub-folder per class; empty when cancelled."""
    title = _tr("Open an image folder with one sub-folder per class")
    return _folder(parent, title, "images")


def choose_model_folder(parent: QWidget | None) -> str:
    """Ask for a folder with ``config.json`` and weights; empty when cancelled."""
    return _folder(parent, _tr("Open a folder with config.json and weights"), "model")


def choose_checkpoint(parent: QWidget | None, title: str = "") -> str:
    """Ask for a checkpoint file; empty when cancelled."""
    kinds = _tr("Checkpoints (*.safetensors *.pth *.pt *.bin *.ckpt);;All files (*)")
    title, start = title or _tr("Choose a checkpoint"), last_folder("checkpoint")
    path, _ = QFileDialog.getOpenFileName(parent, title, start, kinds)
    remember_folder("checkpoint", path)
    return path


def choose_recipe_to_open(parent: QWidget | None) -> str:
    """Ask for a recipe file; empty when cancelled."""
    title, start = _tr("Open a recipe"), last_folder("recipe")
    path, _ = QFileDialog.getOpenFileName(parent, title, start, _recipes())
    remember_folder("recipe", path)
    return path


def choose_recipe_to_save(parent: QWidget | None, name: str = "recipe.json") -> str:
    """Ask where to save a recipe; the name ends in ``.json``; empty when cancelled."""
    start = str(Path(last_folder("recipe")) / name)
    path, _ = QFileDialog.getSaveFileName(parent, _tr("Save the recipe"), start, _recipes())
    remember_folder("recipe", path)
    return path if not path or Path(path).suffix else f"{path}.json"


def choose_export(parent: QWidget | None, start: str) -> str:
    """Ask where to write a checkpoint; the name ends in ``.safetensors``; empty when cancelled."""
    kinds = _tr("Safetensors (*.safetensors)")
    path, _ = QFileDialog.getSaveFileName(parent, _tr("Export to"), start, kinds)
    return path if not path or Path(path).suffix else f"{path}.safetensors"


def _folder(parent: QWidget | None, title: str, kind: str) -> str:
    path = QFileDialog.getExistingDirectory(parent, title, last_folder(kind))
    remember_folder(kind, path)
    return path


def _recipes() -> str:
    return _tr("Recipes (*.json);;All files (*)")


def _tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)
